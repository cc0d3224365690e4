// Updates parts of an open page. <div id="files" data-poll="/address/" data-poll-parts="files publication">
// fetches the page at that address every two seconds and replaces the elements with these ids by the new ones.
// It stops when the fetched page no longer has data-poll, pauses while the page is hidden, and gives up after
// five failures in a row; without script the page has a link to reload it. Another script asks for new parts
// with the event "parts-stale", whose detail has the same address and parts.
(() => {
  "use strict";
  const EVERY = 2000;
  const FAILURES = 5;
  let polling = false;

  async function fetched(address) {
    const response = await fetch(address, { credentials: "same-origin", redirect: "manual", headers: { "X-Poll": "1" } });
    if (response.type === "opaqueredirect") { location.reload(); return null; } // signed out: reloading leads to sign-in
    if (!response.ok) throw new Error(String(response.status));
    return new DOMParser().parseFromString(await response.text(), "text/html");
  }

  function replace(page, ids) {
    for (const id of ids) {
      const [shown, fresh] = [document.getElementById(id), page.getElementById(id)];
      if (shown && fresh) shown.replaceWith(document.adoptNode(fresh));
    }
  }

  async function poll(failures) {
    const part = document.querySelector("[data-poll]");
    polling = part !== null;
    if (!part) return;
    if (document.hidden) { document.addEventListener("visibilitychange", () => poll(failures), { once: true }); return; }
    let failed = 0;
    try {
      const page = await fetched(part.dataset.poll);
      if (!page) return;
      replace(page, part.dataset.pollParts.split(" "));
    } catch { failed = failures + 1; }
    polling = failed < FAILURES;
    if (polling) setTimeout(poll, EVERY, failed);
  }

  function start() {
    if (polling) return;
    polling = true;
    setTimeout(poll, EVERY, 0);
  }

  document.addEventListener("parts-stale", async (event) => {
    const { address, parts } = event.detail;
    const page = await fetched(address).catch(() => null);
    if (page) replace(page, parts.split(" "));
    start();
  });

  start();
})();

// Shows one section of the request form at a time without loading the page again, so that nothing typed is lost.
// Every section is in the page; those that are not shown are hidden. Without script the buttons save and load the page.
(() => {
  "use strict";
  const form = document.querySelector("form[data-steps]");
  if (!form) return;
  const one = form.dataset.steps !== "0"; // the page shows one section, not all or the overview
  const parts = () => [...form.querySelectorAll("[data-step]")];
  const keys = () => [...new Set(parts().map((part) => part.dataset.step))];

  function mark(key) {
    for (const button of document.querySelectorAll("button.tasks__go")) {
      if (button.value === key) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
  }

  function show(key) {
    for (const part of parts()) part.hidden = part.dataset.step !== key;
    const all = keys();
    const order = all.indexOf(key);
    const address = new URL(form.action, location.href);
    address.searchParams.set("section", key);
    form.action = address.href;
    const next = form.querySelector("[data-next]");
    if (next) { next.hidden = false; next.value = all[order + 1] || "check"; }
    const check = form.querySelector("[data-check]");
    if (check) check.hidden = true;
    const position = form.querySelector("[data-position]");
    if (position) position.textContent = position.dataset.words.replace("{n}", order + 1).replace("{total}", all.length);
    mark(key);
    return address;
  }

  function focusOn(key) {
    const first = parts().find((part) => part.dataset.step === key);
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "start" });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.tasks__go");
    if (!one || !button || !keys().includes(button.value)) return;
    event.preventDefault();
    const address = show(button.value);
    history.pushState({ section: button.value }, "", address.pathname.replace(/submit\/$/, "edit/") + address.search);
    button.closest("details")?.removeAttribute("open");
    focusOn(button.value);
  });

  addEventListener("popstate", () => {
    const key = new URLSearchParams(location.search).get("section");
    if (keys().includes(key)) show(key);
    else location.reload();
  });

  // A part of the page that is loaded again does not know which section is shown.
  document.addEventListener("parts:shown", () => mark(new URL(form.action, location.href).searchParams.get("section")));

  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const within = target && target.closest("[data-step]");
  if (within && within.hidden) { show(within.dataset.step); target.scrollIntoView(); }
})();

// Shows the comparison with use conditions, what unclear diseases may be, and what each section still needs, again after
// each save of the draft.
// Without script "Save changes" renews them.
(() => {
  "use strict";
  const panel = document.querySelector("[data-match-url]");
  if (!panel) return;
  let asked = 0;
  document.addEventListener("draft:saved", async () => {
    const mine = ++asked;
    try {
      const response = await fetch(panel.dataset.matchUrl, { credentials: "same-origin", headers: { "X-Requested-With": "XMLHttpRequest" } });
      if (!response.ok) return;
      const parts = new DOMParser().parseFromString(await response.text(), "text/html");
      if (mine !== asked) return;
      for (const shown of document.querySelectorAll("[data-live]")) {
        const part = parts.querySelector(`[data-part="${shown.dataset.live}"]`);
        if (part) shown.replaceChildren(...part.cloneNode(true).childNodes);
      }
      document.dispatchEvent(new CustomEvent("parts:shown"));
    } catch { /* the next save shows it */ }
  });
})();

// "None of these" and the other answers of a question exclude each other: ticking one clears the other.
(() => {
  "use strict";
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.name !== "about_sensitive" || !box.checked) return;
    for (const other of box.form.elements.about_sensitive) {
      if ((other.value === "none") !== (box.value === "none")) other.checked = false;
    }
  }, true);  // before the draft is saved
})();

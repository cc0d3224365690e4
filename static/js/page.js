// What every page has: the choice of light or dark, menus that close, messages that speak.
(() => {
  "use strict";
  const root = document.documentElement;
  const YEAR = 31536000;

  function choose(theme) {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=${theme ? YEAR : 0}; SameSite=Lax${secure}`;
    show();
  }

  function show() {
    const now = root.dataset.theme || "";
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
    }
  }

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (menu !== except) menu.removeAttribute("open");
    }
  }

  // Copies of drafts (autosave.js) do not outlive their sending, nor a sign-out. The error pages do not
  // load this script, so that a form that failed on the way still finds its copy.
  function forgetDrafts(which) {
    const here = [...document.querySelectorAll("form[data-autosave-url]")].map((form) => `gatehouse:draft:${form.dataset.autosaveKey || form.dataset.autosaveUrl}`);
    try {
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith("gatehouse:draft:")) continue;
        if (which === "all" || (!here.includes(key) && JSON.parse(localStorage.getItem(key)).submitted)) localStorage.removeItem(key);
      }
    } catch { /* storage is closed to us: then nothing was kept */ }
  }
  // A form that was refused or waits to be sent again (templates/sign_in) has not gone through: its copy stays.
  if (!document.querySelector("[data-keeps-drafts]")) forgetDrafts("submitted");
  document.addEventListener("submit", (event) => { if ("forgetDrafts" in event.target.dataset) forgetDrafts("all"); });

  for (const menu of document.querySelectorAll("[data-theme-menu]")) menu.hidden = false;
  show();

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) choose(choice.dataset.themeChoice);
    closeMenus(event.target.closest("[data-menu]"));
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.activeElement.closest("[data-menu][open]");
    closeMenus();
    if (open) open.querySelector("summary").focus();
  });
})();

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

  // The page in another language is another page: what was typed goes along with the person, in this tab only.
  const CARRIED = "gatehouse:carried";
  const forms = () => [...document.querySelectorAll("main form[method=post]")];
  const fields = (form) => [...form.elements].filter((one) => one.name && one.matches("textarea, select, input:not([type=hidden], [type=file], [type=password])"));
  const ticked = (field) => ["checkbox", "radio"].includes(field.type);
  const shape = (form) => [form.getAttribute("action"), ...fields(form).map((field) => field.name)].join(" ");

  function carryTyping() {
    const typed = forms().map((form) => [shape(form), fields(form).map((field) => (ticked(field) ? field.checked : field.value))]);
    try { sessionStorage.setItem(CARRIED, JSON.stringify(typed)); } catch { /* storage is closed to us */ }
  }

  function unpackTyping() {
    let typed = [];
    try {
      typed = JSON.parse(sessionStorage.getItem(CARRIED) || "[]");
      sessionStorage.removeItem(CARRIED);
    } catch { return; }
    for (const form of forms()) {
      const kept = typed.find(([was]) => was === shape(form));
      if (!kept) continue;
      fields(form).forEach((field, at) => { field[ticked(field) ? "checked" : "value"] = kept[1][at]; });
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  addEventListener("DOMContentLoaded", unpackTyping);
  document.addEventListener("submit", (event) => { if ("carriesTyping" in event.target.dataset) carryTyping(); });

  // The second click of a double click is let go, so that the answer to the first is seen: what it shows once (a link,
  // a token) would be missed otherwise. That nothing is done twice is the server's business.
  const A_DOUBLE_CLICK = 800;
  document.addEventListener("submit", (event) => {
    const { target, submitter, timeStamp } = event;
    if (event.defaultPrevented || target.method !== "post") return;
    if (target.sentBy === submitter && timeStamp - target.sentAt < A_DOUBLE_CLICK) event.preventDefault();
    else Object.assign(target, { sentBy: submitter, sentAt: timeStamp });
  });

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

// On every page: the theme, menus that close, drafts, form text kept when the language changes, double clicks, printing.
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

  // The time zone of the browser: pages show times in it until the person chooses another on the page Account.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  if (/^[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*$/.test(zone) && !document.cookie.split("; ").includes(`time_zone=${zone}`)) {
    document.cookie = `time_zone=${zone}; Path=/; Max-Age=${YEAR}; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
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

  // Copies of drafts (autosave.js) are deleted after the form was submitted, and at sign-out. Error pages do not load this
  // script, so the copy of a form that failed to submit stays.
  function forgetDrafts(which) {
    const here = [...document.querySelectorAll("form[data-autosave-url]")].map((form) => `gatehouse:draft:${form.dataset.autosaveKey || form.dataset.autosaveUrl}`);
    try {
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith("gatehouse:draft:")) continue;
        const isHere = here.some((one) => key === one || key.startsWith(`${one}#`));
        if (which === "all" || (!isHere && JSON.parse(localStorage.getItem(key)).submitted)) localStorage.removeItem(key);
      }
    } catch { /* no access to localStorage, so there are no copies */ }
  }
  // A form that was refused, or is waiting to be sent again (templates/sign_in), was not submitted: its copy stays.
  if (!document.querySelector("[data-keeps-drafts]")) forgetDrafts("submitted");
  document.addEventListener("submit", (event) => { if ("forgetDrafts" in event.target.dataset) forgetDrafts("all"); });

  // Changing the language loads another page: what was typed is copied to it through sessionStorage, in this tab only.
  const TYPED_KEY = "gatehouse:carried";
  const forms = () => [...document.querySelectorAll("main form[method=post]")];
  const fields = (form) => [...form.elements].filter((one) => one.name && one.matches("textarea, select, input:not([type=hidden], [type=file], [type=password])"));
  const ticked = (field) => ["checkbox", "radio"].includes(field.type);
  const shape = (form) => [form.getAttribute("action"), ...fields(form).map((field) => field.name)].join(" ");

  function carryTyping() {
    const typed = forms().map((form) => [shape(form), fields(form).map((field) => (ticked(field) ? field.checked : field.value))]);
    try { sessionStorage.setItem(TYPED_KEY, JSON.stringify(typed)); } catch { /* no access to sessionStorage */ }
  }

  function restoreTyping() {
    let typed = [];
    try {
      typed = JSON.parse(sessionStorage.getItem(TYPED_KEY) || "[]");
      sessionStorage.removeItem(TYPED_KEY);
    } catch { return; }
    for (const form of forms()) {
      const kept = typed.find(([was]) => was === shape(form));
      if (!kept) continue;
      fields(form).forEach((field, at) => { field[ticked(field) ? "checked" : "value"] = kept[1][at]; });
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  addEventListener("DOMContentLoaded", restoreTyping);
  document.addEventListener("submit", (event) => { if ("carriesTyping" in event.target.dataset) carryTyping(); });

  // Ignores the second click of a double click, so that the answer to the first is shown: it may contain a link or token
  // that is shown only once. The server makes sure that nothing is done twice.
  const DOUBLE_CLICK_TIME = 800;
  document.addEventListener("submit", (event) => {
    const { target, submitter, timeStamp } = event;
    if (event.defaultPrevented || target.method !== "post") return;
    if (target.sentBy === submitter && timeStamp - target.sentAt < DOUBLE_CLICK_TIME) event.preventDefault();
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

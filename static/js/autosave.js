// Saves a draft while the person types. The form has the address in data-autosave-url and its revision in an input named
// "revision"; the server answers {"revision": n} or an error with a sentence. A copy stays in localStorage until the
// server has saved it. The copy of a submitted form is deleted when the next page has loaded (page.js).
(() => {
  "use strict";
  const PAUSE = 900;
  const RETRY = 8000;
  const LONGEST_WAIT = 8000;
  const isSaved = (name) => name && !name.startsWith("resolve-") && !["csrfmiddlewaretoken", "revision", "base", "_once", "_save"].includes(name);
  const fieldOf = (name) => name.split(".")[0]; // an answer can have several inputs: answer.from, answer.0.column

  // Each save has an idempotency key, so that it can be sent again if its answer was lost.
  function newKey() {
    const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function windowId() {
    try {
      if (!sessionStorage.getItem("gatehouse:window")) sessionStorage.setItem("gatehouse:window", newKey());
      return sessionStorage.getItem("gatehouse:window");
    } catch { return ""; }
  }

  function prepare(form) {
    const url = form.dataset.autosaveUrl;
    const note = form.querySelector("[data-save-note]") || document.querySelector("[data-save-note]");
    const revision = form.querySelector('input[name="revision"]');
    // What each field held when the page was made: the server merges what two windows changed (two_windows.py).
    const base = form.querySelector('input[name="base"]');
    const compare = form.querySelector("[data-compare]");
    const storageKey = `gatehouse:draft:${form.dataset.autosaveKey || url}`;
    const ownKey = `${storageKey}#${windowId()}`; // each window has a copy of its own
    let timer = 0;
    let busy = false;
    let again = false;
    let stopped = false;
    let unanswered = null;
    let sendAfterSave = null;

    function showState(state, text, facts = {}) {
      if (!note) return;
      note.dataset.state = state;
      note.textContent = (text || "").replace(/\{(\w+)\}/g, (all, key) => facts[key] ?? all);
    }

    function typed() {
      return [...new FormData(form)].filter(([name, value]) => isSaved(name) && typeof value === "string");
    }

    // The fields that differ from the last saved text. On a page with errors that text is not known: all of them.
    let clean = form.querySelector(".error-summary") ? [] : typed();
    function changedFields() {
      const [then, now] = [grouped(clean), grouped(typed())];
      return [...new Set([...then.keys(), ...now.keys()])].filter((name) => JSON.stringify(then.get(name)) !== JSON.stringify(now.get(name)));
    }

    function grouped(pairs) {
      const found = new Map();
      for (const pair of pairs) found.set(fieldOf(pair[0]), [...(found.get(fieldOf(pair[0])) || []), pair]);
      return found;
    }

    function storeCopy(submitted = false) {
      try { localStorage.setItem(ownKey, JSON.stringify({ revision: revision && revision.value, base: base && base.value, changed: changedFields(), typed: typed(), submitted })); } catch { /* no localStorage in private mode: the server still has the draft */ }
    }

    function deleteCopy() {
      try { localStorage.removeItem(ownKey); } catch { /* there is no copy */ }
    }

    // A copy of another revision does not replace the server's text and is not deleted: it is shown above the form.
    function addOlderCopy(copy) {
      const now = new Set(typed().map((pair) => JSON.stringify(pair)));
      const other = copy.typed.filter((pair) => pair[1].trim() && !now.has(JSON.stringify(pair)) && form.querySelector(`[name="${pair[0]}"]:is(input:not([type]), [type="text"], [type="date"], textarea)`));
      deleteCopy();
      if (other.length) olderCopies([...olderCopies(), other]);
    }

    function olderCopies(copies) {
      try {
        if (copies) localStorage.setItem(`${storageKey}:older`, JSON.stringify(copies.slice(-3)));
        return JSON.parse(localStorage.getItem(`${storageKey}:older`) || "[]");
      } catch { return []; }
    }

    function showOlderCopies() {
      const pairs = olderCopies().flat();
      if (!pairs.length || !note) return;
      const panel = document.createElement("section");
      panel.className = "notice notice--warning";
      panel.innerHTML = '<div class="notice__body stack stack--tight"><p class="notice__title"></p><button type="button" class="button button--small"></button></div>';
      panel.querySelector("p").textContent = note.dataset.older;
      const drop = panel.querySelector("button");
      for (const [, value] of pairs) {
        const text = document.createElement("blockquote");
        text.className = "clauses__text";
        text.textContent = value;
        drop.before(text);
      }
      drop.textContent = note.dataset.drop;
      drop.addEventListener("click", () => { localStorage.removeItem(`${storageKey}:older`); panel.remove(); });
      form.prepend(panel);
    }

    // The copy of this window; without one, that of a window which may have been closed.
    function takeCopy() {
      const keys = Object.keys(localStorage).filter((key) => key === storageKey || key.startsWith(`${storageKey}#`));
      const key = keys.includes(ownKey) ? ownKey : keys[0];
      const found = key ? localStorage.getItem(key) : null;
      if (found && key !== ownKey) { localStorage.setItem(ownKey, found); localStorage.removeItem(key); }
      return JSON.parse(found || "null");
    }

    function restoreCopy() {
      let copy = null;
      try { copy = takeCopy(); } catch { return; }
      if (!copy) return;
      if (form.querySelector(".error-summary")) { storeCopy(); return; } // a form with errors shows what was typed
      if (copy.submitted && document.querySelector(".messages .notice--success")) { deleteCopy(); return; } // it was saved
      const merges = base && copy.base && copy.changed; // only what was changed comes back, and the server merges it
      if (!merges && revision && copy.revision !== revision.value) { addOlderCopy(copy); return; }
      if (JSON.stringify(copy.typed) === JSON.stringify(typed())) return;
      if (merges && !copy.changed.length) { deleteCopy(); return; }
      if (merges) base.value = mergedBase(copy);
      for (const element of form.elements) {
        if (merges && !copy.changed.includes(fieldOf(element.name))) continue;
        if (!isSaved(element.name) || element.type === "file" || element.type === "hidden") continue;
        const values = copy.typed.filter(([name]) => name === element.name).map(([, value]) => value);
        if (["checkbox", "radio"].includes(element.type)) element.checked = values.includes(element.value);
        else if (element.multiple && element.options) for (const option of element.options) option.selected = values.includes(option.value);
        else if (values.length) element.value = values[0];
      }
      showState("saving", note && note.dataset.restored);
      later();
    }

    // The restored fields began with the text of the copy's page; all others with the text of this page.
    function mergedBase(copy) {
      try {
        const [now, then] = [JSON.parse(base.value), JSON.parse(copy.base)];
        for (const name of copy.changed) if (name in then) now[name] = then[name];
        return JSON.stringify(now);
      } catch { return base.value; }
    }

    async function answerOf(response) {
      try { return await response.json(); } catch { return {}; }
    }

    async function save() {
      if (stopped) return;
      if (busy) { again = true; return; }
      busy = true;
      showState("saving", note && note.dataset.saving);
      if (!unanswered) {
        unanswered = { body: new FormData(form), sent: JSON.stringify(typed()) };
        for (const [name, value] of [...unanswered.body]) if (typeof value !== "string") unanswered.body.delete(name);
        unanswered.body.set("_save", newKey());
      }
      const { body, sent } = unanswered;
      try {
        const response = await fetch(url, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json, application/problem+json", "X-Requested-With": "XMLHttpRequest" } });
        const answer = await answerOf(response);
        if (response.status < 500) unanswered = null;
        if (response.ok) {
          if (revision && answer.revision !== undefined) revision.value = answer.revision;
          if (base && answer.base) base.value = JSON.stringify(answer.base);
          form.dispatchEvent(new CustomEvent("saved", { detail: answer }));
          const [conflicts, merged] = [answer.conflicts || [], answer.merged || []];
          if (!conflicts.length) clean = JSON.parse(sent);
          if (JSON.stringify(typed()) !== sent) { storeCopy(); again = true; } // the copy belongs to the new revision
          else if (conflicts.length) storeCopy();
          else deleteCopy();
          if (compare) compare.hidden = !conflicts.length;
          const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
          const [state, said] = conflicts.length ? ["failed", "conflicts"] : ["saved", merged.length ? "merged" : "saved"];
          showState(state, note && note.dataset[said], { time, fields: [...conflicts, ...(conflicts.length ? [] : merged)].join("; ") });
          form.dispatchEvent(new CustomEvent("draft:saved", { bubbles: true }));
        } else {
          showState("failed", note && note.dataset.failed, { why: answer.sentence || answer.detail || response.statusText || response.status });
          if (response.status >= 500) later(RETRY);
        }
      } catch {
        showState("failed", note && note.dataset.failed, { why: note && note.dataset.offline });
        later(RETRY);
      }
      busy = false;
      if (sendAfterSave) { sendAfterSave(); return; }
      if (again) { again = false; later(); }
    }

    function later(pause = PAUSE) {
      clearTimeout(timer);
      timer = setTimeout(save, pause);
    }

    form.addEventListener("input", (event) => { if (event.target.type !== "file") { storeCopy(); later(); } });
    // A save that is on its way changes the revision: a form sent meanwhile would be taken for one of another window.
    function sendOnce(submitter) {
      let wait = 0;
      sendAfterSave = () => { clearTimeout(wait); sendAfterSave = null; busy = false; form.requestSubmit(submitter); };
      wait = setTimeout(sendAfterSave, LONGEST_WAIT);
    }

    form.addEventListener("submit", (event) => {
      stopped = true;
      clearTimeout(timer);
      storeCopy(true);
      if (!busy) return;
      event.preventDefault();
      if (!sendAfterSave) sendOnce(event.submitter);
    });
    addEventListener("online", () => { if (note && note.dataset.state === "failed") later(0); });
    restoreCopy();
    showOlderCopies();
  }

  document.querySelectorAll("form[data-autosave-url]").forEach(prepare);
})();

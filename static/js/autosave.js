// A draft is saved as it is typed. The form names where: data-autosave-url, and carries its
// revision in an input named "revision"; the server answers {"revision": n} or a refusal with a
// sentence. A copy stays in this browser until the server has it, so that nothing is lost; the
// copy of a form that was submitted goes with the next page that loads well (page.js).
(() => {
  "use strict";
  const PAUSE = 900;
  const RETRY = 8000;
  const ours = (name) => name && !["csrfmiddlewaretoken", "revision", "_once", "_save"].includes(name);

  // Each save carries a key, so that one whose answer was lost can be sent again and happens once.
  function freshKey() {
    const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function prepare(form) {
    const url = form.dataset.autosaveUrl;
    const note = form.querySelector("[data-save-note]") || document.querySelector("[data-save-note]");
    const revision = form.querySelector('input[name="revision"]');
    const place = `gatehouse:draft:${form.dataset.autosaveKey || url}`;
    let timer = 0;
    let busy = false;
    let again = false;
    let stopped = false;
    let unsure = null;

    function say(state, words, facts = {}) {
      if (!note) return;
      note.dataset.state = state;
      note.textContent = (words || "").replace(/\{(\w+)\}/g, (all, key) => facts[key] ?? all);
    }

    function typed() {
      return [...new FormData(form)].filter(([name, value]) => ours(name) && typeof value === "string");
    }

    function keep(submitted = false) {
      try { localStorage.setItem(place, JSON.stringify({ revision: revision && revision.value, typed: typed(), submitted })); } catch { /* private mode: the server copy is enough */ }
    }

    function forget() {
      try { localStorage.removeItem(place); } catch { /* nothing was kept */ }
    }

    // A copy of another revision is never put over what the server has, and never dropped: it is shown beside it.
    function putBeside(kept) {
      const now = new Set(typed().map((pair) => JSON.stringify(pair)));
      const other = kept.typed.filter((pair) => pair[1].trim() && !now.has(JSON.stringify(pair)) && form.querySelector(`[name="${pair[0]}"]:is(input:not([type]), [type="text"], [type="date"], textarea)`));
      forget();
      if (other.length) older([...older(), other]);
    }

    function older(copies) {
      try {
        if (copies) localStorage.setItem(`${place}:older`, JSON.stringify(copies.slice(-3)));
        return JSON.parse(localStorage.getItem(`${place}:older`) || "[]");
      } catch { return []; }
    }

    function showOlder() {
      const pairs = older().flat();
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
      drop.addEventListener("click", () => { localStorage.removeItem(`${place}:older`); panel.remove(); });
      form.prepend(panel);
    }

    function bringBack() {
      let kept = null;
      try { kept = JSON.parse(localStorage.getItem(place) || "null"); } catch { return; }
      if (!kept) return;
      if (form.querySelector(".error-summary")) { keep(); return; } // a refused form shows what was typed
      if (revision && kept.revision !== revision.value) { putBeside(kept); return; }
      if (JSON.stringify(kept.typed) === JSON.stringify(typed())) return;
      for (const element of form.elements) {
        if (!ours(element.name) || element.type === "file" || element.type === "hidden") continue;
        const values = kept.typed.filter(([name]) => name === element.name).map(([, value]) => value);
        if (["checkbox", "radio"].includes(element.type)) element.checked = values.includes(element.value);
        else if (element.multiple && element.options) for (const option of element.options) option.selected = values.includes(option.value);
        else if (values.length) element.value = values[0];
      }
      say("saving", note && note.dataset.restored);
      later();
    }

    async function answerOf(response) {
      try { return await response.json(); } catch { return {}; }
    }

    async function save() {
      if (stopped) return;
      if (busy) { again = true; return; }
      busy = true;
      say("saving", note && note.dataset.saving);
      if (!unsure) {
        unsure = { body: new FormData(form), sent: JSON.stringify(typed()) };
        unsure.body.set("_save", freshKey());
      }
      const { body, sent } = unsure;
      try {
        const response = await fetch(url, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json, application/problem+json", "X-Requested-With": "XMLHttpRequest" } });
        const answer = await answerOf(response);
        if (response.status < 500) unsure = null;
        if (response.ok) {
          if (revision && answer.revision !== undefined) revision.value = answer.revision;
          if (JSON.stringify(typed()) === sent) forget();
          else { keep(); again = true; } // the copy belongs to the new revision
          const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
          say("saved", note && note.dataset.saved, { time });
        } else {
          say("failed", note && note.dataset.failed, { why: answer.sentence || answer.detail || response.statusText || response.status });
          if (response.status >= 500) later(RETRY);
        }
      } catch {
        say("failed", note && note.dataset.failed, { why: note && note.dataset.offline });
        later(RETRY);
      }
      busy = false;
      if (again) { again = false; later(); }
    }

    function later(pause = PAUSE) {
      clearTimeout(timer);
      timer = setTimeout(save, pause);
    }

    form.addEventListener("input", (event) => { if (event.target.type !== "file") { keep(); later(); } });
    form.addEventListener("submit", () => { stopped = true; clearTimeout(timer); keep(true); });
    addEventListener("online", () => { if (note && note.dataset.state === "failed") later(0); });
    bringBack();
    showOlder();
  }

  document.querySelectorAll("form[data-autosave-url]").forEach(prepare);
})();

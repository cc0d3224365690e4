// A draft is saved as it is typed. The form names where: data-autosave-url, and carries its
// revision in an input named "revision"; the server answers {"revision": n} or a refusal with a
// sentence. A copy stays in this browser until the server has it, so that nothing is lost; the
// copy of a form that was submitted goes with the next page that loads well (page.js).
(() => {
  "use strict";
  const PAUSE = 900;
  const RETRY = 8000;
  const ours = (name) => name && !["csrfmiddlewaretoken", "revision", "once"].includes(name);

  function prepare(form) {
    const url = form.dataset.autosaveUrl;
    const note = form.querySelector("[data-save-note]") || document.querySelector("[data-save-note]");
    const revision = form.querySelector('input[name="revision"]');
    const place = `gatehouse:draft:${form.dataset.autosaveKey || url}`;
    let timer = 0;
    let busy = false;
    let again = false;
    let stopped = false;

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

    function bringBack() {
      let kept = null;
      try { kept = JSON.parse(localStorage.getItem(place) || "null"); } catch { return; }
      if (!kept || (revision && kept.revision !== revision.value)) { forget(); return; }
      if (kept.submitted && form.querySelector(".error-summary")) { forget(); return; }
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
      const sent = JSON.stringify(typed());
      try {
        const response = await fetch(url, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "application/json, application/problem+json", "X-Requested-With": "XMLHttpRequest" } });
        const answer = await answerOf(response);
        if (response.ok) {
          if (revision && answer.revision !== undefined) revision.value = answer.revision;
          if (JSON.stringify(typed()) === sent) forget(); else again = true;
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
  }

  document.querySelectorAll("form[data-autosave-url]").forEach(prepare);
})();

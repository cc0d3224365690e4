// Uploads files one at a time, with their progress. A file that the server would refuse for its size or name is
// refused before it is sent (check_file_name and check_size in apps/datasets/rules.py have the same rules), and the
// server's sentence is shown if it refuses one. Without script the same form uploads the files in one request.
(() => {
  "use strict";

  const size = (bytes) => {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let step = 0;
    let left = bytes;
    while (left >= 1000 && step < units.length - 1) { left /= 1000; step += 1; }
    const digits = step && left < 100 ? 1 : 0;
    return `${left.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits })} ${units[step]}`;
  };

  const fill = (words, facts) => words.replace(/\{(\w+)\}/g, (all, key) => facts[key] ?? all);

  const FORBIDDEN = '/\\:*?"<>|';
  const RESERVED = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])\s*(\.|$)/i;

  // The sentence that refuses this file, or "" if it can be sent.
  function refusal(file, words) {
    const name = file.name.normalize("NFC").trim();
    const odd = [...name].find((character) => FORBIDDEN.includes(character));
    if (file.size === 0) return words.empty;
    if (file.size > Number(words.most)) return words.tooLarge;
    if (odd) return fill(words.character, { character: odd });
    if (name.endsWith(".")) return words.fullStop;
    if (RESERVED.test(name)) return fill(words.reserved, { name: name.split(".")[0] });
    return "";
  }

  // Each file has its own idempotency key.
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function sentenceOf(request) {
    const type = request.getResponseHeader("Content-Type") || "";
    if (type.includes("json")) {
      try {
        const problem = JSON.parse(request.responseText);
        return problem.sentence || problem.detail || problem.title || "";
      } catch { return ""; }
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const message = page.querySelector(".field__error, .error-summary li, .error-summary p, .notice--danger, .notice--error, .lede");
    return message ? message.textContent.trim().replace(/\s+/g, " ") : "";
  }

  function row(file, list) {
    const item = document.createElement("li");
    item.className = "upload__item";
    item.innerHTML = '<div class="upload__row"><span class="upload__name"></span><span class="upload__status"></span></div><progress max="100" value="0"></progress>';
    item.querySelector(".upload__name").textContent = file.name;
    item.querySelector("progress").setAttribute("aria-label", file.name);
    list.append(item);
    return item;
  }

  function send(form, input, job) {
    const labels = form.dataset;
    const status = job.item.querySelector(".upload__status");
    const bar = job.item.querySelector("progress");
    const body = new FormData(form);
    body.delete(input.name);
    body.append(input.name, job.file, job.file.name);
    body.set("name", job.file.name);
    body.set("declared_size", String(job.file.size));
    for (const once of form.querySelectorAll("input[data-once]")) body.set(once.name, job.key);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      const settle = (state, text) => {
        job.item.dataset.state = state;
        status.textContent = text;
        bar.hidden = true;
        if (state === "refused") offerRetry(form, input, job);
        resolve(state);
      };
      const refused = refusal(job.file, labels);
      if (refused) { settle("refused", refused); return; }
      request.upload.onprogress = (event) => {
        if (!event.lengthComputable) return;
        bar.value = (100 * event.loaded) / event.total;
        const whole = event.loaded >= event.total;
        status.textContent = whole ? labels.checking : fill(labels.sending, { done: size(event.loaded), size: size(event.total) });
      };
      request.onload = () => {
        const accepted = request.status >= 200 && request.status < 300;
        settle(accepted ? "done" : "refused", accepted ? `${labels.done}, ${size(job.file.size)}` : sentenceOf(request) || labels.failed);
      };
      request.onerror = () => settle("refused", labels.failed);
      request.onabort = () => settle("refused", labels.cancelled);
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/problem+json, application/json;q=0.9, text/html;q=0.8");
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      request.send(body);
    });
  }

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button button--small";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  // A refused file stays listed with its reason until the person sends it again or removes it from the list.
  function offerRetry(form, input, job) {
    const choices = document.createElement("div");
    choices.className = "cluster";
    choices.append(button(form.dataset.remove, () => job.item.remove()));
    if (!refusal(job.file, form.dataset)) {
      choices.prepend(button(form.dataset.again, () => {
        choices.remove();
        delete job.item.dataset.state;
        job.item.querySelector("progress").hidden = false;
        send(form, input, job).then((state) => arrived(form, job, state));
      }));
    }
    job.item.append(choices);
  }

  // A file that arrived is a row of the page's own list, which poll.js fetches; its row here goes.
  function arrived(form, job, state) {
    if (state !== "done" || !form.dataset.refresh) return;
    job.item.remove();
    document.dispatchEvent(new CustomEvent("parts-stale", { detail: { address: form.dataset.refresh, parts: form.dataset.refreshParts } }));
  }

  function prepare(form) {
    const input = form.querySelector('input[type="file"]');
    const zone = form.querySelector("[data-upload-zone]");
    const list = form.querySelector("[data-upload-list]");
    let queue = Promise.resolve();
    let waiting = 0;

    function take(files) {
      for (const file of files) {
        const job = { file, item: row(file, list), key: newKey() };
        job.item.querySelector(".upload__status").textContent = form.dataset.waiting;
        waiting += 1;
        queue = queue.then(() => send(form, input, job)).then((state) => {
          waiting -= 1;
          arrived(form, job, state);
        });
      }
      input.value = "";
    }

    form.querySelector("[data-upload-send]").hidden = true;
    input.addEventListener("change", () => take(input.files));
    form.addEventListener("submit", (event) => { event.preventDefault(); take(input.files); });
    for (const kind of ["dragenter", "dragover"]) {
      zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("is-over"); });
    }
    for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files); });
    addEventListener("beforeunload", (event) => { if (waiting) event.preventDefault(); });
  }

  document.querySelectorAll("form[data-upload]").forEach(prepare);
})();

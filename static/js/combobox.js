// A box to search and choose several values, over a field of several lines: the combobox with a list of the ARIA
// Authoring Practices (editable, list autocomplete, manual selection). The field keeps the values, one on each line, and
// is what is sent. Words that are in no list are kept in words. Without script the field itself is filled in.
(() => {
  "use strict";
  const PAUSE = 250;
  const filled = (words, facts) => words.replace(/\{(\w+)\}/g, (all, key) => facts[key] ?? all);

  function element(tag, attributes = {}, text = "") {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  }

  function prepare(box) {
    const field = document.getElementById(box.dataset.combobox);
    if (!field) return;
    const id = field.id;
    const label = document.querySelector(`label[for="${id}"]`);
    const described = field.getAttribute("aria-describedby");
    field.id = `${id}_lines`;
    field.hidden = true;
    const chosen = element("ul", { class: "combobox__chosen", "aria-label": box.dataset.chosen });
    const input = element("input", {
      class: "input", id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": `${id}_list`,
    });
    const hint = document.getElementById(`${id}_hint`) || document.getElementById(`${id}_helptext`);
    if (hint) hint.textContent = box.dataset.hint;
    if (described) input.setAttribute("aria-describedby", described);
    if (field.getAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
    const list = element("ul", { class: "combobox__list", id: `${id}_list`, role: "listbox", "aria-label": label ? label.textContent.trim() : "" });
    list.hidden = true;
    const status = element("p", { class: "small soft", role: "status" });
    box.append(chosen, input, list, status);
    box.hidden = false;
    field.after(box);
    document.querySelectorAll("[data-combobox-off]").forEach((part) => { part.hidden = true; });
    let found = [];
    let active = -1;
    let timer = 0;
    let asked = 0;

    const values = () => field.value.split("\n").map((line) => line.trim()).filter(Boolean);

    function store(lines) {
      field.value = lines.join("\n");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      show();
    }

    function show() {
      chosen.replaceChildren(...values().map((value) => {
        const item = element("li");
        const name = element("span", { dir: "auto" }, value);
        item.append(name);
        if (!/\b(MONDO|DOID):\d+/i.test(value)) item.append(" ", element("span", { class: "small soft" }, box.dataset.words));
        const remove = element("button", { type: "button", class: "button button--small button--quiet", "aria-label": filled(box.dataset.remove, { name: value }) }, "×");
        remove.addEventListener("click", () => {
          store(values().filter((one) => one !== value));
          status.textContent = filled(box.dataset.removed, { name: value });
          input.focus();
        });
        item.append(remove);
        return item;
      }));
      chosen.hidden = !values().length;
    }

    function close() {
      found = [];
      active = -1;
      list.hidden = true;
      list.replaceChildren();
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choose(value) {
      clearTimeout(timer);
      asked += 1;
      close();
      input.value = "";
      if (!value.trim()) return;
      if (!values().includes(value)) store([...values(), value]);
      status.textContent = filled(box.dataset.added, { name: value });
    }

    function move(to) {
      if (!found.length) return;
      active = (to + found.length) % found.length;
      [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    }

    function open(rows) {
      close();
      found = rows;
      status.textContent = rows.length === 0 ? box.dataset.none : rows.length === 1 ? box.dataset.one : filled(box.dataset.many, { n: rows.length });
      if (!rows.length) return;
      list.replaceChildren(...rows.map((row, at) => {
        const option = element("li", { role: "option", id: `${id}_option_${at}`, "aria-selected": "false" });
        option.append(element("span", { dir: "auto" }, row.name), " ", element("span", { class: "small soft", translate: "no" }, row.id));
        if (row.synonym) option.append(" ", element("span", { class: "small soft", dir: "auto" }, `(${row.synonym})`));
        option.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
        option.addEventListener("click", () => choose(row.value));
        return option;
      }));
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
    }

    async function search() {
      const words = input.value.trim();
      const mine = ++asked;
      if (words.length < 2) { close(); status.textContent = ""; return; }
      try {
        const response = await fetch(`${box.dataset.url}?q=${encodeURIComponent(words)}`, { credentials: "same-origin", headers: { Accept: "application/json" } });
        if (!response.ok) throw new Error(String(response.status));
        const rows = (await response.json()).found;
        if (mine === asked) open(rows);
      } catch {
        if (mine === asked) { close(); status.textContent = box.dataset.failed; }
      }
    }

    // What is typed here is no answer yet: it is saved when it is chosen.
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      clearTimeout(timer);
      timer = setTimeout(search, PAUSE);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) search();
        else move(active < 0 && event.key === "ArrowUp" ? found.length - 1 : active + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter") {
        event.preventDefault();
        choose(active >= 0 ? found[active].value : input.value.trim());
      } else if (event.key === "Escape") {
        if (list.hidden) input.value = "";
        close();
      }
    });
    input.addEventListener("blur", () => { close(); if (input.value.trim()) choose(input.value.trim()); });
    show();
  }

  document.querySelectorAll("[data-combobox]").forEach(prepare);
})();

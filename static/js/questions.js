// The questions of committees' forms: hides a question whose condition does not hold, and marks what a save says is wrong.
// The condition is JSON in data-show-if: a list of conditions as apps/forms/visibility.py describes them, by the names of
// fields; one that holds is enough. Without script every question is shown, and says when to answer it.
(() => {
  "use strict";
  const COMPOSITE = /\.(from|until|name|email|orcid|\d+\.\w+)$/;

  function answers(form) {
    const found = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string" || !value.trim()) continue;
      const own = name.replace(COMPOSITE, "");
      (found[own] ||= []).push(value.trim());
    }
    for (const box of form.querySelectorAll("[data-locked]")) {
      const given = JSON.parse(box.dataset.given);
      if (given.length) found[box.dataset.locked] = given;
    }
    return found;
  }

  function holds(condition, given) {
    if (condition.all) return condition.all.every((one) => holds(one, given));
    if (condition.any) return condition.any.some((one) => holds(one, given));
    if (condition.not) return !holds(condition.not, given);
    const values = given[condition.question] || [];
    if ("answered" in condition) return values.length > 0 === condition.answered;
    if (!values.length) return false;
    if ("is" in condition) return values.includes(condition.is);
    const number = Number(values[0].replace(",", "."));
    if (Number.isNaN(number)) return false;
    return "at_least" in condition ? number >= condition.at_least : number <= condition.at_most;
  }

  // In the order of the page: a question that is hidden counts as not answered for those after it.
  function update(form) {
    const given = answers(form);
    for (const box of form.querySelectorAll("[data-show-if]")) {
      box.hidden = !JSON.parse(box.dataset.showIf).some((one) => holds(one, given));
      if (box.hidden && box.dataset.question) delete given[box.dataset.question];
    }
    for (const section of form.querySelectorAll("[data-section]")) {
      section.hidden = ![...section.querySelectorAll("[data-question], [data-show-if], [data-locked]")].some((box) => !box.hidden);
    }
  }

  function mark(form, wrong) {
    for (const box of form.querySelectorAll("[data-question]")) {
      const sentence = wrong[box.dataset.question] || "";
      const error = box.querySelector("[data-error]");
      error.hidden = !sentence;
      error.querySelector("span").textContent = sentence;
      box.classList.toggle("field--error", Boolean(sentence));
      const input = box.querySelector("input:not([type=hidden]), textarea, fieldset");
      if (sentence) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  for (const form of document.querySelectorAll("form[data-autosave-url], form[data-questions]")) {
    if (!form.querySelector("[data-question]")) continue;
    form.querySelectorAll("[data-only-if]").forEach((note) => { note.hidden = true; });
    update(form);
    form.addEventListener("input", () => update(form));
    form.addEventListener("saved", (event) => mark(form, event.detail.wrong || {}));
  }
})();

// Buttons that copy text: <button data-copy="text"> or <button data-copy-from="id">.
(() => {
  "use strict";
  const TOAST_TIME = 2500;

  function showToast(text) {
    let toast = document.querySelector("[data-toast]");
    if (!toast) {
      toast = document.createElement("p");
      toast.className = "toast";
      toast.dataset.toast = "";
      toast.setAttribute("role", "status");
      document.body.append(toast);
    }
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => { toast.hidden = true; }, TOAST_TIME);
  }

  function selectText(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copyFrom || "");
    const text = button.dataset.copy || (source && source.textContent.trim()) || "";
    try {
      await navigator.clipboard.writeText(text);
      showToast(button.dataset.copied);
    } catch {
      // Without https the browser may not allow this: the text is selected instead, for the person to copy.
      if (source) selectText(source);
      showToast(button.dataset.notCopied);
    }
  }

  for (const button of document.querySelectorAll("[data-copy], [data-copy-from]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (button) copy(button);
  });
})();

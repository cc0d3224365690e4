// Shows the time left until a date that the page also shows in full. The server decides when the time has expired.
(() => {
  "use strict";
  const SOON = 3600;

  function left(seconds, units) {
    const parts = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
    const first = Math.min(parts.findIndex((part) => part > 0), 2);
    const from = first < 0 ? 3 : first;
    return parts.slice(from, from + 2).map((part, at) => `${part} ${units[from + at]}`).join(" ");
  }

  function tick(place) {
    const seconds = Math.floor((new Date(place.dataset.countdown) - Date.now()) / 1000);
    const whole = place.closest(".countdown") || place;
    whole.dataset.state = seconds <= 0 ? "over" : seconds < SOON ? "soon" : "";
    place.textContent = seconds <= 0
      ? `(${place.dataset.over})`
      : `(${place.dataset.left.replace("{time}", left(seconds, place.dataset.units.split(" ")))})`;
  }

  const places = document.querySelectorAll("[data-countdown]");
  const all = () => places.forEach(tick);
  if (places.length) { all(); setInterval(all, 1000); }
})();

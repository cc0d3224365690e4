"""What every page must be: accessible, readable in both themes, usable at 320 pixels, without errors in the console."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser import counting

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# axe checks the size of targets only when the rule is named.
EVERYTHING = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# The rules whose result depends on the theme.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
# Widths in CSS pixels: a desktop window, the same window at 200 % zoom, and a telephone (WCAG 1.4.10: 400 % zoom).
WIDE, ZOOMED, NARROW = 1280, 640, 320
HEIGHTS = {WIDE: 900, ZOOMED: 450, NARROW: 720}

BONES = """() => [
  [...document.querySelectorAll("h1")].map((e) => e.innerText), document.documentElement.lang,
  document.querySelectorAll("main").length,
]"""
# The widest elements that stick out, so that the failure says what to correct.
STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return "";
  const out = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > wide + 1);
  const said = (e) => `${e.tagName.toLowerCase()}.${e.className} ${e.getBoundingClientRect().right}`;
  return out.slice(-3).map(said).join("; ") || "?";
}"""
# Each element that is shown, with what decides on its contrast: colours, and whether its text counts as large.
APPEARANCE = """width => {
  const large = (s) => parseFloat(s.fontSize) >= 24 || (parseFloat(s.fontSize) >= 18.66 && s.fontWeight >= 700);
  const looks = (e, s = getComputedStyle(e)) => `${s.color} ${s.backgroundColor} ${large(s)}`;
  const shown = [...document.body.querySelectorAll("*")].filter((e) => e.checkVisibility({visibilityProperty: true}));
  (window.appearance ??= {})[width] = new Map(shown.map((e) => [e, looks(e)]));
}"""
# The outermost elements that are shown at the first width and are hidden or look different at the second.
ONLY_AT = """([here, there]) => {
  const [seen, other] = [window.appearance[here], window.appearance[there]];
  const found = new Set([...seen.keys()].filter((e) => seen.get(e) !== other.get(e)));
  window.onlyHere = [...found].filter((e) => !found.has(e.parentElement));
  return window.onlyHere.length;
}"""
AXE = "([rules, part]) => axe.run(part ? {include: window.onlyHere} : document, rules).then((r) => r.violations)"


def axe_findings(page: Page, rules: dict[str, Any] = EVERYTHING, *, part: bool = False) -> list[str]:
    """Each rule of WCAG 2.2 A and AA that the page breaks, with the first element that does.

    `part`: only the elements that ONLY_AT found last.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    return [_said(violation) for violation in page.evaluate(AXE, [rules, part])]


def _said(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    first = nodes[0]
    checks = [*first.get("any", []), *first.get("all", []), *first.get("none", [])]
    why = checks[0]["message"] if checks else violation["help"]
    return f"axe {violation['id']} ({len(nodes)}): {first['target'][0]} {first['html'][:160]}: {why}"


def bones(page: Page, language: str) -> list[str]:
    """One h1, the right language, exactly one main."""
    headings, said, mains = page.evaluate(BONES)
    found = []
    if len(headings) != 1:
        found.append(f"has {len(headings)} headings h1: {headings}")
    if said != language:
        found.append(f"says that its language is {said}, not {language}")
    if mains != 1:
        found.append("has not exactly one main")
    return found


def overflow(page: Page, width: int) -> list[str]:
    """Whether the page must be scrolled sideways at this width, and which elements stick out."""
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    sticks_out = page.evaluate(STICKS_OUT)
    return [f"{width}: must be scrolled sideways: {sticks_out}"] if sticks_out else []


def look(page: Page, name: str) -> list[str]:
    """Check the loaded page in both themes and three widths, without loading it again; what is wrong.

    axe runs once a theme with every rule: light at 1280 px and dark at 320 px, so rules of layout (target-size) are
    asked at both widths. Elements that are shown, or look different, at one width only would be seen in one theme only:
    their colours are asked in the other theme as well. Nothing sticks out at 1280, 640 and 320 px.
    """
    with _counted(page) as looks:
        found = looks.at(WIDE, "light") + looks.axe()
        page.evaluate(APPEARANCE, WIDE)
        looks.picture(name)
        found += looks.at(ZOOMED, "light") + looks.at(NARROW, "light")
        page.evaluate(APPEARANCE, NARROW)
        found += looks.axe_of_what_is_only_here(NARROW, WIDE)
        looks.picture(name)
        found += looks.at(NARROW, "dark") + looks.axe()
        looks.picture(name)
        found += looks.at(WIDE, "dark") + looks.axe_of_what_is_only_here(WIDE, NARROW)
        looks.picture(name)
    return found


def look_narrow(page: Page, name: str) -> list[str]:
    """Check only that nothing sticks out at 320 px: for a page in another language that was checked in the first."""
    with _counted(page) as looks:
        found = looks.at(NARROW, "light")
        looks.picture(name)
    return found


class _Looks:
    """One page being checked: its width, its theme, and how many checks there were."""

    def __init__(self, page: Page) -> None:
        self.page, self.width, self.theme = page, 0, ""
        self.looks, self.axe_runs = 0, 0

    def at(self, width: int, theme: str) -> list[str]:
        """Show the page at this width and in this theme; what sticks out, where the width is new."""
        self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        found = overflow(self.page, width) if width != self.width else []
        self.width, self.theme = width, theme
        self.looks += 1
        return found

    def axe(self, rules: dict[str, Any] = EVERYTHING, *, part: bool = False) -> list[str]:
        self.axe_runs += 1
        return [f"{self.theme} {self.width}: {said}" for said in axe_findings(self.page, rules, part=part)]

    def axe_of_what_is_only_here(self, here: int, there: int) -> list[str]:
        """The colours of what is shown or looks different here."""
        return self.axe(COLOURS, part=True) if self.page.evaluate(ONLY_AT, [here, there]) else []

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page in var/screenshots, when the run was started with PICTURES=1."""
        if os.environ.get("PICTURES"):
            path = SCREENSHOTS / f"{name}-{self.theme}-{self.width}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=path, full_page=True)


@contextmanager
def _counted(page: Page) -> Iterator[_Looks]:
    looks, began = _Looks(page), time.monotonic()
    yield looks
    counting.note(looks=looks.looks, axe_runs=looks.axe_runs, seconds=time.monotonic() - began)

"""What every page must be: reachable by everybody, in both themes, on a telephone, quiet in the console."""

from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# axe leaves the size of targets out unless it is asked for by name.
EVERYTHING = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# The second theme of a page differs from the first in its colours only.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
# (width, theme, what axe is asked): everything in each width, the colours of the second theme.
Sight = tuple[int, str, "dict[str, Any] | None"]
EVERY_SIGHT: tuple[Sight, ...] = (
    (1280, "light", EVERYTHING), (1280, "dark", COLOURS), (320, "light", EVERYTHING), (320, "dark", COLOURS),
)  # fmt: skip
# A page that was looked at like that as somebody else: what differs is what they are shown.
AS_ANOTHER: tuple[Sight, ...] = ((1280, "light", EVERYTHING), (320, "dark", COLOURS))
# Another language changes how long words are, and nothing that axe knows of.
IN_ANOTHER_LANGUAGE: tuple[Sight, ...] = ((320, "light", None),)

# The widest thing that sticks out, so that the failure says what to mend.
STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return "";
  const out = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > wide + 1);
  const said = (e) => `${e.tagName.toLowerCase()}.${e.className} ${e.getBoundingClientRect().right}`;
  return out.slice(-3).map(said).join("; ") || "?";
}"""


def axe_findings(page: Page, rules: dict[str, Any] = EVERYTHING) -> list[str]:
    """Each rule of WCAG 2.2 A and AA that the page breaks, with the first element that does."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("rules => axe.run(rules).then(({violations}) => violations)", rules)
    return [_said(violation) for violation in found]


def _said(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    first = nodes[0]
    checks = [*first.get("any", []), *first.get("all", []), *first.get("none", [])]
    why = checks[0]["message"] if checks else violation["help"]
    return f"axe {violation['id']} ({len(nodes)}): {first['target'][0]} {first['html'][:160]}: {why}"


def bones(page: Page, language: str) -> list[str]:
    """One heading of the first rank, a language, a title, a way past the head of the page."""
    found = []
    headings = page.locator("h1").all_inner_texts()
    if len(headings) != 1:
        found.append(f"has {len(headings)} headings h1: {headings}")
    said = page.locator("html").get_attribute("lang")
    if said != language:
        found.append(f"says that its language is {said}, not {language}")
    if page.locator("main").count() != 1:
        found.append("has not exactly one main")
    return found


def look(page: Page, name: str, sights: tuple[Sight, ...] = EVERY_SIGHT) -> list[str]:
    """Look at the page in each of these ways, keep a picture of each, and say what is wrong."""
    found, before = [], 0
    for width, theme, rules in sights:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        if width != before:
            page.set_viewport_size({"width": width, "height": 900 if width > 600 else 720})
            sticks_out = page.evaluate(STICKS_OUT)
            found += [f"{width}: must be scrolled sideways: {sticks_out}"] if sticks_out else []
        before = width
        found += [f"{theme} {width}: {finding}" for finding in (axe_findings(page, rules) if rules else ())]
        picture = SCREENSHOTS / f"{name}-{theme}-{width}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=picture, full_page=True)
    return found

"""Pictures of the main pages of a running demo: `python -m tests.browser.pictures var/demo`.

At 1280 and 390 pixels, light and dark, into var/pictures with an index.html that shows them side by side. They are for
people who look at the pages; the tests of this folder assert what can be asserted.
"""

import json
import os
import sys
from html import escape
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, Page

from tests.browser.chromium import browser, new_context, sign_in
from tests.browser.visits import VISITS

FOLDER = Path(__file__).resolve().parents[2] / "var" / "pictures"
WIDTHS = {1280: 900, 390: 844}  # width and height of the window
THEMES = ("light", "dark")
# Name of the picture, who looks, and which row of VISITS. The panels of all states are on the page of components.
PAGES = [
    ("dashboard", "applicant", "home"),
    ("dashboard-owner", "owner", "home"),
    ("dataset", "applicant", "dataset-controlled"),
    ("review-queue", "chair", "review_queue"),
    ("case", "chair", "case-in-review"),
    ("my-access", "applicant", "my_access"),
    ("event-log", "auditor", "events"),
    ("help", "", "help"),
]
PANELS = "dataset-panel"


def take(folder: Path, into: Path = FOLDER) -> list[Path]:
    """Take every picture; the files."""
    demo: dict[str, Any] = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    into.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    with browser() as chromium:
        signed_in = {who: _session(chromium, demo, who) for who in dict.fromkeys(who for _, who, _ in PAGES)}
        for width, height in WIDTHS.items():
            for theme in THEMES:
                size = {"width": width, "height": height}
                for who, session in signed_in.items():
                    state = {"storage_state": session} if session else {}
                    context = new_context(chromium, demo, viewport=size, color_scheme=theme, **state)
                    taken += _of(context.new_page(), demo, who, into, f"{width}-{theme}")
                    context.close()
    _index(into, taken)
    return taken


def _session(chromium: Browser, demo: dict[str, Any], who: str) -> Any:
    """The cookies of that person after a sign-in; None for a visitor."""
    if not who:
        return None
    context = new_context(chromium, demo)
    sign_in(context.new_page(), demo, who)
    state = context.storage_state()
    context.close()
    return state


def _of(page: Page, demo: dict[str, Any], who: str, into: Path, suffix: str) -> list[Path]:
    """The pages that this person looks at, and for a visitor the panels of all states."""
    taken = []
    for name, by, visit in PAGES:
        if by == who:
            page.goto(_path(demo, visit, who))
            taken.append(_shot(page, into / f"{name}-{suffix}.png"))
    if not who:
        page.goto("/components/")
        file = into / f"{PANELS}-{suffix}.png"
        page.locator("#states").screenshot(path=file)
        taken.append(file)
    return taken


def _path(demo: dict[str, Any], name: str, who: str) -> str:
    """The address of that row of VISITS, which this person has."""
    visit = next(one for one in VISITS if one.name == name or (one.page == name and who in one.by))
    return visit.path(demo)


def _shot(page: Page, file: Path) -> Path:
    """The whole page in a window as high as the page: what sticks to the bottom of a phone is at its end."""
    page.wait_for_load_state("networkidle")
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({**size, "height": max(size["height"], page.evaluate("document.body.scrollHeight"))})
    page.screenshot(path=file)
    page.set_viewport_size(size)
    return file


def _index(into: Path, taken: list[Path]) -> None:
    """One page with all of them, by name."""
    figures = "".join(
        f'<figure><figcaption>{escape(one.stem)}</figcaption><a href="{escape(one.name)}">'
        f'<img src="{escape(one.name)}" alt="{escape(one.stem)}" width="320" loading="lazy"></a></figure>'
        for one in sorted(taken)
    )
    style = "body{font:16px sans-serif;display:flex;flex-wrap:wrap;gap:1rem;align-items:start}figure{margin:0}"
    head = f'<meta charset="utf-8"><title>Pictures</title><style>{style}</style>'
    page = f'<!DOCTYPE html><html lang="en">{head}{figures}</html>'
    (into / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")  # for the addresses of the pages
    django.setup()
    print(f"{len(take(Path(sys.argv[1])))} pictures in {FOLDER}")

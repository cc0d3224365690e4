"""Draw docs/picture.png from a running demo: `python -m tests.browser.picture var/demo`.

Three real screenshots, laid out by the browser that took them.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.browser.chromium import browser, new_context, sign_in

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "picture.png"
# Who looks at what, how wide and high the window is, in which theme, and where it lies in the picture.
WINDOWS = [
    ("", "/", (1280, 800), "light", "left: 40px; top: 40px; width: 820px"),
    ("chair", "/review/", (1280, 800), "dark", "right: 40px; top: 250px; width: 720px"),
    ("applicant", "/datasets/ncctg-lung/access/", (390, 760), "light", "left: 300px; top: 330px; width: 236px"),
]
PAGE = """<style>
  body { margin: 0; background: linear-gradient(160deg, #e9eef0, #cddadd); }
  img { position: absolute; border-radius: 8px; box-shadow: 0 12px 40px rgb(12 42 50 / 35%); }
</style>"""


def draw(folder: Path) -> None:
    """Take the three windows and lay them over each other."""
    demo = json.loads((folder / "demo.json").read_text())
    with browser() as chromium:
        shots = [_shot(chromium, demo, *window) for window in WINDOWS]
        page = chromium.new_page(viewport={"width": 1400, "height": 820})
        page.set_content(PAGE + "".join(shots))
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURE)


def _shot(
    chromium: Browser, demo: dict[str, Any], key: str, path: str, size: tuple[int, int], theme: str, at: str
) -> str:
    context = new_context(chromium, demo, viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    page = context.new_page()
    if key:
        sign_in(page, demo, key)
    page.goto(path)
    taken = base64.b64encode(page.screenshot()).decode()
    context.close()
    return f'<img alt="" style="{at}" src="data:image/png;base64,{taken}">'


if __name__ == "__main__":
    draw(Path(sys.argv[1]))

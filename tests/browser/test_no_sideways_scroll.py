"""Case 32: no page scrolls sideways at 200 % zoom of a small screen (640 pixels) or on a phone (320 pixels)."""

from typing import Any

import pytest

from tests.browser.conftest import Enter
from tests.browser.visits import VISITOR, VISITS

pytestmark = pytest.mark.browser
WIDTHS = (640, 320)
# How far the page can be scrolled sideways, and the first elements that stick out.
STICKS_OUT = """() => {
    const width = document.documentElement.clientWidth;
    const over = document.documentElement.scrollWidth - width;
    if (over <= 0) return [];
    const inside = element => { for (let up = element.parentElement; up; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== 'visible' && up !== document.body) return true; return false; };
    return [over, ...[...document.body.querySelectorAll('*')]
        .filter(one => one.getBoundingClientRect().right > width + 1 && !inside(one))
        .slice(0, 3).map(one => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 40)}`)];
}"""


@pytest.mark.parametrize("who", sorted({who for visit in VISITS for who in visit.by}))
def test_no_page_scrolls_sideways(who: str, enter: Enter, demo: dict[str, Any]) -> None:
    page = enter(who, viewport={"width": WIDTHS[0], "height": 800}).new_page()
    found = {}
    for visit in (one for one in VISITS if who in one.by):
        page.goto(visit.path(demo))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            over = page.evaluate(STICKS_OUT)
            if over:
                found[visit.name, width] = over
    assert found == {}, who or VISITOR

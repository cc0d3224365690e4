"""The checks of a page find what they are for: each is shown a page with that very fault."""

from typing import Any

import pytest

from tests.browser.chromium import Watch
from tests.browser.conftest import Enter
from tests.browser.inspect_page import COLOURS, STICKS_OUT, axe_findings, bones

pytestmark = pytest.mark.browser
GOOD = "<html lang=en><title>A page</title><main><h1>A page</h1>{}</main></html>"
FAULTS = {
    "color-contrast": "<p style='color:#aaa;background:#fff'>Nobody can read this sentence.</p>",
    "label": "<input type=text name=purpose>",
    "image-alt": "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
    "target-size": "<button style='width:9px;height:9px;padding:0'>a</button>"
    "<button style='width:9px;height:9px;padding:0'>b</button>",
}


@pytest.mark.parametrize("rule", FAULTS)
def test_axe_finds_a_planted_fault(rule: str, enter: Enter) -> None:
    page = enter("").new_page()
    page.set_content(GOOD.format(FAULTS[rule]))
    assert [finding.split()[1] for finding in axe_findings(page)] == [rule]


def test_axe_finds_nothing_on_a_sound_page(enter: Enter) -> None:
    page = enter("").new_page()
    page.set_content(GOOD.format("<p>All is well.</p>"))
    assert axe_findings(page) + bones(page, "en") == []


def test_colours_alone_are_enough_for_a_second_theme(enter: Enter) -> None:
    page = enter("").new_page()
    page.set_content(GOOD.format(FAULTS["color-contrast"]))
    assert len(axe_findings(page, COLOURS)) == 1


def test_what_sticks_out_of_a_telephone_is_found(enter: Enter) -> None:
    page = enter("", viewport={"width": 320, "height": 720}).new_page()
    page.set_content(GOOD.format("<p class=wide style='width:700px'>Too wide</p>"))
    assert "p.wide" in page.evaluate(STICKS_OUT)


def test_missing_bones_are_found(enter: Enter) -> None:
    page = enter("").new_page()
    page.set_content("<html lang=en><h1>One</h1><h1>Two</h1></html>")
    assert len(bones(page, "da")) == 3


def test_the_watch_hears_complaints_and_questions_to_others(enter: Enter, demo: dict[str, Any]) -> None:
    page = enter("").new_page()
    watch = Watch(page, demo)
    page.goto("/")
    page.evaluate("fetch('http://127.0.0.2:9/').catch(() => 0)")
    page.evaluate("setTimeout(() => { throw new Error('broken') }, 0)")
    page.wait_for_timeout(200)
    page.route("**/elsewhere/", lambda route: route.fulfill(body="not ours"))
    page.goto("http://127.0.0.2:9/elsewhere/")
    heard = " | ".join(watch.complaints)
    assert "Content Security Policy" in heard
    assert "broken" in heard
    assert "asked another machine: http://127.0.0.2:9/elsewhere/" in heard

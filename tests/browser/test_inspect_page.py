"""The checks of a page find what they are for: each is shown a page with that very fault."""

from typing import Any

import pytest

from tests.browser.chromium import Watch
from tests.browser.conftest import Enter, Tab
from tests.browser.inspect_page import COLOURS, axe_findings, bones, look, overflow

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


@pytest.mark.parametrize(("width", "widest"), [(1280, 1300), (640, 700), (320, 400)])
def test_what_sticks_out_is_found_at_each_width(width: int, widest: int, enter: Enter) -> None:
    page = enter("").new_page()
    page.set_content(GOOD.format(f"<p class=wide style='width:{widest}px'>Too wide</p>"))
    (found,) = overflow(page, width)
    assert "p.wide" in found
    assert found in look(page, "planted/too-wide")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320)])
def test_a_pale_text_is_found_in_each_theme_at_each_width(theme: str, width: int, enter: Enter) -> None:
    """Also one that is shown at this width only and is readable in the other theme."""
    page = enter("").new_page()
    hidden = "max-width: 400px" if width == 1280 else "min-width: 400px"
    style = (
        f"<style>p {{ background: #fff; color: #000 }} @media ({hidden}) {{ p {{ display: none }} }} "
        f"@media (prefers-color-scheme: {theme}) {{ p {{ color: #aaa }} }}</style>"
    )
    page.set_content(GOOD.format(f"{style}<p>Nobody can read this sentence.</p>"))
    (found,) = look(page, "planted/pale")
    assert found.startswith(f"{theme} {width}: axe color-contrast")


def test_a_text_that_turns_pale_at_one_width_is_found_in_both_themes(enter: Enter) -> None:
    page = enter("").new_page()
    style = "<style>p { background: #fff; color: #000 } @media (max-width: 400px) { p { color: #aaa } }</style>"
    page.set_content(GOOD.format(f"{style}<p>Nobody can read this sentence.</p>"))
    assert [said.split(":")[0] for said in look(page, "planted/pale-narrow")] == ["light 320", "dark 320"]


def test_small_targets_are_found_at_each_width(enter: Enter) -> None:
    page = enter("").new_page()
    page.set_content(GOOD.format(FAULTS["target-size"]))
    found = [said.partition(" (")[0] for said in look(page, "planted/small")]
    assert found == ["light 1280: axe target-size", "dark 320: axe target-size"]


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


def test_a_tab_keeps_nothing_for_the_next_page(tab: Tab, demo: dict[str, Any]) -> None:
    with tab("") as page, Watch(page, demo) as earlier:
        page.goto("/")
        page.evaluate("sessionStorage.setItem('typed', 'x'); window.kept = true")
    with tab("") as page, Watch(page, demo) as watch:
        page.goto("/help/")
        assert page.evaluate("[sessionStorage.length, typeof window.kept]") == [0, "undefined"]
        page.evaluate("setTimeout(() => { throw new Error('broken') }, 0)")
        page.wait_for_timeout(200)
    assert earlier.complaints == []
    assert "broken" in watch.complaints[-1]

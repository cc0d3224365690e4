"""At 320 pixels: what a table's row becomes, and the head of the page."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 800}
UNDER_THE_LABEL = """() => [...document.querySelectorAll('td[data-label]')].flatMap(cell => {
    const words = document.createRange(); words.selectNodeContents(cell);
    const edge = cell.getBoundingClientRect().left + 96;
    return [...words.getClientRects()].filter(box => box.width && box.left < edge).map(() => cell.textContent);
})"""


@pytest.mark.parametrize(("who", "path"), [("applicant", "/access/"), ("official", "/institution/")])
def test_what_a_cell_holds_stays_beside_its_label(who: str, path: str, enter: Enter) -> None:
    page = enter(who, viewport=NARROW).new_page()
    page.goto(path)
    assert page.locator("td[data-label]").count() > 0
    assert page.evaluate(UNDER_THE_LABEL) == []


def test_a_visitors_head_is_one_row_also_in_the_longer_danish(enter: Enter) -> None:
    page = enter("", viewport=NARROW, locale="da-DK").new_page()
    page.goto("/datasets/")
    mark, tools = page.locator(".site-head .wordmark").bounding_box(), page.locator(".site-head__tools").bounding_box()
    assert mark is not None
    assert tools is not None
    assert tools["y"] < mark["y"] + mark["height"]


def test_on_a_phone_the_pages_are_behind_a_menu_that_works_without_script(enter: Enter) -> None:
    """PAGES.md 17. The control: on a wide screen the pages are in the head, and there is no menu."""
    page = enter("applicant", viewport={"width": 390, "height": 844}, java_script_enabled=False).new_page()
    page.goto("/")
    menu, wide = page.locator("details.menu--pages"), page.locator(".site-nav")
    expect(wide).to_be_hidden()
    expect(menu.get_by_role("link", name="My requests")).to_be_hidden()
    menu.locator("summary").click()
    menu.get_by_role("link", name="My requests").click()
    page.wait_for_url("**/requests/")
    expect(page.get_by_role("link", name="Export CSV")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(menu).to_be_hidden()
    expect(wide).to_be_visible()

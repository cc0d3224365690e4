"""Everything can be reached and done without a mouse, and it is always seen where one is."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.visits import VISITS

pytestmark = pytest.mark.browser
# The ring may be drawn around the card that a link stands for.
FOCUSED = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  const outlined = (node) => node && getComputedStyle(node).outlineStyle !== "none"
    && parseFloat(getComputedStyle(node).outlineWidth) >= 2;
  const ring = outlined(e) || outlined(e.closest("article, li"));
  return {tag: e.tagName, text: (e.innerText || e.value || "").trim().slice(0, 60), ring: Boolean(ring),
          seen: box.width > 1 && box.bottom > 0 && box.top < innerHeight};
}"""


def _focused(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(FOCUSED)
    return found


def test_the_first_stop_leads_past_the_head_of_the_page(enter: Enter) -> None:
    page = enter("applicant").new_page()
    page.goto("/datasets/")
    page.keyboard.press("Tab")
    assert _focused(page)["text"] == "Skip to content"
    assert _focused(page)["seen"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("path", ["/", "/datasets/gbsg2/", "/requests/", "/account/"])
def test_every_stop_of_the_keyboard_is_seen(path: str, enter: Enter) -> None:
    page = enter("applicant").new_page()
    page.goto(path)
    stops = 0
    for _stop in range(60):
        page.keyboard.press("Tab")
        now = _focused(page)
        if now["tag"] == "BODY":
            break
        stops += 1
        assert now["ring"], f"{path}: no ring around {now}"
        assert now["seen"], f"{path}: out of sight: {now}"
    assert stops > 8


def test_a_menu_opens_moves_and_closes_by_keyboard(enter: Enter) -> None:
    page = enter("applicant").new_page()
    page.goto("/")
    menu = page.locator("details.menu").filter(has_text="Ingrid Holm")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Tab")
    assert menu.locator(":focus").count() == 1
    page.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="Sign out")).to_be_hidden()
    assert _focused(page)["tag"] == "SUMMARY"


def test_a_member_votes_by_keyboard_alone(enter: Enter, demo: dict[str, Any]) -> None:
    """Refused without a reason: the sentence is beside the field, and the choice is kept. Nothing is cast."""
    page = enter("member2", own=True).new_page()
    (case,) = [visit for visit in VISITS if visit.name == "case-in-review"]
    page.goto(case.path(demo))
    page.locator("input[name=choice]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "new_condition"
    page.keyboard.type("Publish within a year.")
    stops = dict[str, None]()  # a date has a stop for each of its parts
    for _press in range(10):
        page.keyboard.press("Tab")
        stops[page.evaluate("document.activeElement.name")] = None
        if "reason" in stops:
            break
    assert list(stops) == ["new_due", "reason"], "the day is asked only where a choice needs one"
    page.keyboard.type("  ")
    page.keyboard.press("Tab")
    with page.expect_response(lambda answer: answer.request.method == "POST") as coming:
        page.keyboard.press("Enter")
    assert coming.value.status == 422
    expect(page.locator("input[name=choice][value=conditional]")).to_be_checked()
    expect(page.locator("textarea[name=new_condition]")).to_have_value("Publish within a year.")
    expect(page.locator(".field--error")).to_have_count(1)

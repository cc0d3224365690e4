"""What somebody typed outlives a lost answer, a second window, a session that ended and a sign-in in another tab."""

from typing import Any

import pytest
from playwright.sync_api import APIResponse, BrowserContext, Route, expect

from tests.browser.chromium import answer_provider, new_draft
from tests.browser.conftest import Enter

pytestmark = pytest.mark.browser


def _session_ends(context: BrowserContext) -> None:
    """As when it was idle: the browser keeps its other cookies."""
    kept: Any = [one for one in context.cookies() if "gatehouse_session" not in str(one.get("name"))]
    context.clear_cookies()
    context.add_cookies(kept)


def test_a_save_whose_answer_was_lost_goes_on_by_itself(enter: Enter) -> None:
    page = enter("member3").new_page()
    form, lost = new_draft(page), []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())  # the portal has it, and the page never hears of it
            route.abort("connectionreset")

    page.route("**/autosave/", lose_the_first)
    page.locator("[name=purpose]").fill("First words")
    expect(page.locator("[data-save-note]")).to_contain_text("no connection")
    page.locator("[name=purpose]").fill("First words and more")
    expect(page.locator("[data-save-note]")).to_have_attribute("data-state", "saved")
    page.unroute("**/autosave/")
    page.goto(form)
    expect(page.locator("[name=purpose]")).to_have_value("First words and more")


def test_a_form_sent_while_it_is_being_saved_is_not_taken_for_another_window(enter: Enter) -> None:
    page = enter("member3").new_page()
    new_draft(page)
    on_the_way: list[tuple[Route, APIResponse]] = []
    page.route("**/autosave/", lambda route: on_the_way.append((route, route.fetch())))
    page.locator("[name=title]").fill("Sent while it is saved")
    while not on_the_way:
        page.wait_for_timeout(100)
    page.get_by_role("button", name="Save changes").click(no_wait_after=True)
    page.wait_for_timeout(300)
    route, answer = on_the_way[0]
    with page.expect_navigation():
        route.fulfill(response=answer)
    expect(page.locator(".notice--success")).to_have_count(1)
    expect(page.locator("[name=title]")).to_have_value("Sent while it is saved")
    expect(page.locator("form blockquote")).to_have_count(0)  # nor is its copy


def test_two_windows_are_merged_and_what_both_changed_is_compared(enter: Enter) -> None:
    context = enter("member3")
    newer, older = context.new_page(), context.new_page()
    form = new_draft(older)
    newer.goto(form)
    newer.locator("[name=title]").fill("The newer window")
    expect(newer.locator("[data-save-note]")).to_have_attribute("data-state", "saved")
    older.locator("[name=purpose]").fill("Words of the older window")
    expect(older.locator("[data-save-note]")).to_have_attribute("data-state", "saved")
    older.locator("[name=title]").fill("The older window")
    expect(older.locator("[data-save-note]")).to_have_attribute("data-state", "failed")
    older.reload()  # what was typed comes back, and is still not saved over the other text
    expect(older.locator("[name=title]")).to_have_value("The older window")
    expect(older.locator("[name=purpose]")).to_have_value("Words of the older window")
    older.locator("[data-compare] button").click()
    expect(older.locator("#windows")).to_be_visible()
    older.locator("[name=resolve-title]").first.check()
    older.get_by_role("button", name="Save changes").click()
    expect(older.locator(".notice--success")).to_have_count(1)
    newer.goto(form)
    expect(newer.locator("[name=title]")).to_have_value("The older window")
    expect(newer.locator("[name=purpose]")).to_have_value("Words of the older window")


@pytest.mark.parametrize("scripted", [True, False])
def test_a_sign_in_in_another_tab_costs_one_click_and_no_words(
    scripted: bool, enter: Enter, demo: dict[str, Any]
) -> None:
    context = enter("member3", own=True, java_script_enabled=scripted)
    page, other = context.new_page(), context.new_page()
    form = new_draft(page)
    _session_ends(context)
    page.locator("[name=purpose]").fill("Typed while signed out")
    account = next(one for one in demo["accounts"] if one["key"] == "member3")
    other.goto("/oidc/authenticate/?next=/account/")
    if not other.url.startswith(demo["address"]):
        answer_provider(other, account)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="This page is out of date")).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    page.get_by_role("button", name="Submit form").click()
    expect(page.locator("[name=purpose]")).to_have_value("Typed while signed out")
    page.goto(form)
    expect(page.locator("[name=purpose]")).to_have_value("Typed while signed out")


def test_the_page_in_another_language_still_holds_what_was_typed(enter: Enter) -> None:
    """Their account keeps the language, so it is somebody as whom no other test clicks."""
    page = enter("operator2").new_page()
    page.goto("/system-status/texts/accessibility/en/")
    page.locator("[name=text]").fill("A title with care")
    page.locator("details.menu summary").filter(has_text="English").click()
    page.get_by_role("button", name="Dansk").click()
    expect(page.locator("html")).to_have_attribute("lang", "da")
    expect(page.locator("[name=text]")).to_have_value("A title with care")
    page.locator("details.menu summary").filter(has_text="Dansk").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=text]")).to_have_value("A title with care")
    page.goto("/system-status/texts/accessibility/en/")
    expect(page.locator("[name=text]")).to_have_value("")  # it went along once

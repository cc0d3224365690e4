"""How many clicks the acts take that people do every day.

The counting rule: each click counts that a person has to make from the page where they begin to the result, on links,
buttons, radio buttons and boxes. Typing does not count, nor do the identity provider's own pages. Everybody begins on
Home (a visitor: the front page), but for open data, where they begin on the page of the dataset. Dataset, request and
access are made for this file over HTTP; no other test looks at them.
"""

from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance import step_publish, step_review, step_sign
from tests.acceptance.context import UUID, Context
from tests.acceptance.memory import Memory
from tests.acceptance.step_request import PURPOSE, SUMMARY
from tests.browser.chromium import answer_provider
from tests.browser.conftest import Enter

pytestmark = pytest.mark.browser

BOUNDS = {"request": 4, "vote": 3, "revoke": 3, "open data": 1}


class Clicks:
    """Clicks on one page, counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.number = 0

    def on(self, target: Locator) -> None:
        self.number += 1
        target.click()
        self.page.wait_for_load_state()


def check_bound(act: str, clicks: Clicks) -> None:
    """Print the number beside its bound, and refuse more."""
    print(f"{act}: {clicks.number} clicks, at most {BOUNDS[act]}")
    assert clicks.number <= BOUNDS[act]


def play(context: Context, *steps: Callable[[Context], None]) -> None:
    """Steps of the story that nobody counts."""
    for step in steps:
        context.begin(step.__name__)
        step(context)


def test_request_vote_and_revoke_take_few_clicks(enter: Enter, demo: dict[str, Any]) -> None:
    """Case 34: from the front page to a submitted request, and from Home to a vote and to revoked access."""
    context = Context(demo["address"], demo["accounts"], Memory(None), {})
    play(context, step_publish.drafts, step_publish.describes, step_publish.uploads)
    play(context, step_publish.waits_for_checksum, step_publish.publishes)

    check_bound("request", requested(enter("").new_page(), context))
    play(context, _accepted)
    check_bound("vote", voted(enter("member1", own=True).new_page(), context))
    play(context, _approved, step_sign.applicant_signs, step_sign.owner_countersigns, _access_appears)
    check_bound("revoke", revoked(enter("owner", own=True).new_page(), context))


def requested(page: Page, context: Context) -> Clicks:
    """A visitor finds the dataset by its title, signs in, and submits a request for it."""
    clicks = Clicks(page)
    page.goto("/")
    page.get_by_role("searchbox").first.fill(context.title)
    page.keyboard.press("Enter")
    clicks.on(page.get_by_role("link", name=context.title))
    clicks.on(page.locator("#main").get_by_role("link", name="request access").first)
    answer_provider(page, context.people["applicant"].account)
    clicks.on(page.get_by_role("button", name="Start request"))
    answer = page.request.get("/healthz")
    today = parsedate_to_datetime(answer.headers["date"]).date()
    for name, text in {
        "title": f"Hormone therapy by nodes {context.run}",
        "purpose": PURPOSE,
        "public_summary": SUMMARY,
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=120)).isoformat(),
    }.items():
        page.locator(f"[name={name}]").fill(text)
    clicks.on(page.get_by_role("button", name="Submit request"))
    expect(page.locator(".error-summary")).to_have_count(0)
    context.facts["request"] = page.url.rstrip("/").rsplit("/", 1)[-1]
    return clicks


def _accepted(context: Context) -> None:
    """The chair accepts the request for review; the address of the vote is known."""
    case = f"/review/{context.facts['request']}/"
    for key in ("chair", "member1", "member2"):
        step_review.declares(context, key)
    context.who("chair").send(case, f"{case}accept/")
    (context.facts["vote"],) = context.who("member2").get(case).paths(rf"{case}items/{UUID}/vote/")


def voted(page: Page, context: Context) -> Clicks:
    """A member votes on the request that Home shows under To do."""
    clicks = Clicks(page)
    page.goto("/")
    row = page.locator(".rows > li").filter(has_text=f"Hormone therapy by nodes {context.run}")
    clicks.on(row.get_by_role("link", name="View request"))
    clicks.on(page.locator("input[name=choice][value=approve]"))
    page.locator("form:has(input[name=choice]) textarea[name=reason]").fill(step_review.REASON)
    clicks.on(page.get_by_role("button", name="Cast vote"))
    expect(page.get_by_role("button", name="Cast vote")).to_have_count(0)
    return clicks


def _approved(context: Context) -> None:
    """A second vote decides, and the agreement is offered."""
    case, member, applicant = f"/review/{context.facts['request']}/", context.who("member2"), context.who("applicant")
    member.sign_in(case, again=True)
    member.send(case, context.facts["vote"], {"choice": "approve", "reason": step_review.REASON})
    request = f"/requests/{context.facts['request']}/"
    offered = context.until("the offer", lambda: applicant.get(request).paths(rf"/agreements/{UUID}/"))
    context.facts["agreement"] = offered[0]


def _access_appears(context: Context) -> None:
    """The owner sees the new user."""
    owner, users = context.who("owner"), f"/my-datasets/{context.facts['slug']}/users/"
    context.until("access", lambda: owner.get(users).paths(rf"/access/{UUID}/revoke/"))


def revoked(page: Page, context: Context) -> Clicks:
    """The owner ends the access of one user, with a reason."""
    clicks = Clicks(page)
    page.goto("/")
    row = page.locator(".rows > li").filter(has_text=context.title)
    clicks.on(row.get_by_role("link", name="user"))
    clicks.on(page.get_by_role("link", name="Revoke access").first)
    page.locator("textarea[name=reason]").fill(f"The project has ended ({context.run}).")
    clicks.on(page.get_by_role("button", name="Revoke access"))
    expect(page.get_by_role("link", name="Revoke access")).to_have_count(0)
    return clicks


def test_open_data_takes_one_click(enter: Enter) -> None:
    """Case 34: a visitor on the page of an open dataset."""
    page = enter("").new_page()
    page.goto("/datasets/anatomical-brain-volume/")
    clicks = Clicks(page)
    with page.expect_download() as coming:
        clicks.on(page.locator("[aria-labelledby=your-access]").get_by_role("button", name="Download file"))
    assert coming.value.suggested_filename
    check_bound("open data", clicks)

"""The whole main job by clicking, with JavaScript switched off: publish, ask, decide, sign, download, revoke."""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from deploy.demo.people import person
from tests.browser.chromium import answer_provider
from tests.browser.conftest import Enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TABLE = Path(__file__).resolve().parents[2] / "deploy/demo/seed/data/gbsg2.csv"
PATIENCE = 160


@dataclass
class Course:
    """One course of the main job, told by the people who take part."""

    demo: dict[str, Any]
    people: dict[str, Page]
    title: str

    def at(self, key: str, *way: str) -> Page:
        """That person's window, from the front page along these links."""
        page = self.people[key]
        page.goto("/")
        for link in way:
            page.get_by_role("link", name=link).first.click()
        return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def until(page: Page, there: Callable[[], bool]) -> None:
    """Load the page again until a worker has done its part."""
    for _turn in range(PATIENCE):
        if there():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"{page.url} never showed it: {page.inner_text('main')[:800]}")


@pytest.fixture
def course(enter: Enter, demo: dict[str, Any]) -> Course:
    people = {
        key: enter(key, own=True, java_script_enabled=False).new_page()
        for key in ("owner", "applicant2", "chair", "member1", "colleague")
    }
    return Course(demo, people, f"Relapse after surgery {secrets.token_hex(3)}")


def test_the_main_job_needs_no_script(course: Course) -> None:
    publishes(course)
    asks(course)
    decide(course)
    sign(course)
    link = downloads(course)
    revokes(course)
    refused = course.people["applicant2"].goto(link)
    assert refused is not None
    assert refused.status == 410
    expect(course.people["applicant2"].locator("h1")).to_be_visible()


def publishes(course: Course) -> None:
    """The owner creates a dataset, describes it, uploads its file the plain way, and publishes it."""
    page = course.at("owner", "My datasets", "Create dataset")
    page.get_by_label("Title").fill(course.title)
    press(page, "Create dataset")
    page.get_by_label("Summary in one or two sentences").fill("Time to relapse of 686 women after surgery.")
    page.locator("[name=description]").fill("One row is one woman; time in days.")
    page.get_by_label("Licence").fill("CC-BY-4.0")
    page.locator("[name=access][value=controlled]").check()
    page.get_by_label("Committee that decides").select_option(label="Breast Cancer Data Access Committee")
    press(page, "Save description")
    page.set_input_files("input[type=file]", TABLE)
    press(page, "Upload")
    until(page, lambda: page.get_by_role("link", name="Review and publish").count() == 1)
    page.get_by_role("link", name="Review and publish").click()
    press(page, "Publish version")
    expect(page.locator("main")).to_contain_text("Version 1")


def asks(course: Course) -> None:
    """The applicant finds it by its title, and asks; a missing field comes back with everything typed."""
    page = course.at("applicant2", "Datasets")
    page.get_by_role("searchbox").fill(course.title)
    press(page, "Search")
    page.get_by_role("link", name=course.title).click()
    page.locator("main").get_by_role("button", name="Request access").first.click()
    page.get_by_label("Project title").fill(course.title)
    page.get_by_label("What will you use the data for?").fill("We compare the time to relapse between treatments.")
    press(page, "Submit request")
    expect(page.locator("[name=purpose]")).to_have_value("We compare the time to relapse between treatments.")
    assert page.locator(".field--error").count() > 0
    page.get_by_label("Public summary").fill("We study which treatment keeps cancer away for longest.")
    today = datetime.now(UTC).date()
    page.get_by_label("From").fill(today.isoformat())
    page.get_by_label("Until").fill((today + timedelta(days=90)).isoformat())
    press(page, "Save and continue")
    expect(page.locator("[name=add_dataset]")).to_be_visible()
    page.locator("aside").get_by_role("button", name="Check your answers").click()
    press(page, "Submit request")
    expect(page.locator("h1")).to_have_text(course.title)


def decide(course: Course) -> None:
    """The chair finds it complete; two of three vote for it."""
    for key in ("chair", "member1"):
        page = course.at(key, "Requests to review", *(["To check"] if key == "chair" else []))
        page.get_by_role("row").filter(has_text=course.title).get_by_role("link").first.click()
        page.locator("form[action$='/conflict/'] input[value=none]").check()
        press(page, "Submit declaration")
        if key == "chair":
            press(page, "Accept for review")
        vote = page.locator("form:has(input[type=radio][value=approve])")
        vote.locator("input[value=approve]").check()
        vote.locator("textarea[name$=reason]").fill("The question is clear and the data can answer it.")
        press(page, "Cast vote")
    expect(page.locator("main")).to_contain_text("Decision, as the applicant sees it")


def sign(course: Course) -> None:
    """Applicant and owner sign with their names, each freshly signed in."""
    page = course.at("applicant2", "My requests", course.title)
    until(page, lambda: page.locator("main a[href^='/agreements/']").count() > 0)
    page.locator("main a[href^='/agreements/']").first.click()
    _signs(course, "applicant2", page)
    page = course.at("owner", "My datasets")
    agreement = page.locator("main li, main tr").filter(has_text=course.title).locator("a[href^='/agreements/']")
    until(page, lambda: agreement.count() > 0)
    agreement.first.click()
    _signs(course, "owner", page)


def _signs(course: Course, key: str, page: Page) -> None:
    again = page.get_by_role("link", name="Sign in again to sign")
    if again.count():
        again.click()
        answer_provider(page, next(one for one in course.demo["accounts"] if one["key"] == key))
    page.get_by_label("Type your full name to sign").fill(person(key).name)
    page.locator("form:has([name=typed_name]) button").click()
    expect(page.locator("[name=typed_name]")).to_have_count(0)


def downloads(course: Course) -> str:
    """From one's access to the file, whose bytes are those that were published; a colleague is refused."""
    page = course.at("applicant2", "My access")
    until(page, lambda: page.get_by_role("link", name=re.compile(re.escape(course.title))).count() > 0)
    page.get_by_role("link", name=re.compile(re.escape(course.title))).first.click()
    page.get_by_role("link", name=TABLE.name).first.click()
    file = page.url
    press(page, "Create download link")
    button = page.get_by_role("link", name="Download in this browser")
    link = button.get_attribute("href") or ""
    with page.expect_download() as coming:
        button.click()
    came = Path(coming.value.path()).read_bytes()
    assert hashlib.sha256(came).hexdigest() == hashlib.sha256(TABLE.read_bytes()).hexdigest()
    colleague = course.people["colleague"]
    colleague.goto(file)
    assert colleague.get_by_role("button", name="Create download link").count() == 0
    return link


def revokes(course: Course) -> None:
    """The owner ends it, with a reason."""
    page = course.at("owner", "My datasets", course.title)
    page.get_by_role("link", name="Users").first.click()
    page.locator("a[href$='/revoke/']").filter(has_text=person("applicant2").name).click()
    page.locator("[name=reason]").fill("The project has ended.")
    press(page, "Revoke access")
    page.get_by_role("link", name="Ended or revoked").click()
    expect(page.locator("main")).to_contain_text("The project has ended.")

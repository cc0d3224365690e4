"""An empty portal is set up by pages only, until a dataset can be requested; the clicks are counted."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import chromium as browsers
from tests.browser.running import ROOT, demo_of

pytestmark = [pytest.mark.demo, pytest.mark.slow, pytest.mark.exhaustive]
CLICK, FIELD, LIMIT = 3, 10, 600  # seconds for a click, for a field, and for all of it
PATIENCE = 120
SAYS = {
    "Heading": "Purpose",
    "Text of the clause": "$applicant uses $dataset for $purpose only.",
    "In plain English": "Use the data for your project only.",
    "In plain Danish": "Brug kun data til dit projekt.",
}


class Hand:
    """One person at a browser: what they click and what they fill in is counted."""

    total: dict[str, int]

    def __init__(self, page: Page, total: dict[str, int]) -> None:
        self.page, self.total = page, total

    def link(self, name: str) -> None:
        self._counted("clicks")
        self.page.locator("main").get_by_role("link", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def button(self, name: str) -> None:
        self._counted("clicks")
        self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()
        assert not self.page.locator(".field__error").count(), self.page.locator("main").inner_text()

    def fill(self, label: str, value: str) -> None:
        self._counted("fields")
        self.page.locator("main").get_by_label(re.compile(rf"^\s*{re.escape(label)}")).first.fill(value)

    def choose(self, label: str, value: str) -> None:
        self._counted("fields")
        self.page.locator("main").get_by_label(re.compile(rf"^\s*{re.escape(label)}")).first.select_option(label=value)

    def check(self, label: str) -> None:
        self._counted("clicks")
        self.page.locator("main").get_by_label(re.compile(rf"^\s*{re.escape(label)}")).first.check()

    def to_set_up(self, part: str) -> None:
        """By the navigation to Set up, and on to the part."""
        self._counted("clicks")
        self.page.get_by_role("navigation").get_by_role("link", name="Set up", exact=True).first.click()
        self.page.wait_for_load_state()
        self.link(part)

    def _counted(self, what: str) -> None:
        self.total[what] += 1


@pytest.fixture
def empty(run: Path) -> dict[str, Any]:
    """A demo whose database is as after `manage.py migrate`: nobody, and nothing."""
    return demo_of(run, "empty", "--no-seed")


def command(run: Path, *words: str) -> str:
    """A command on the server, in the environment of that demo."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DJANGO", "COV"))}
    env["DATA_DIR"] = str(run / "empty" / "data")
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=PATIENCE
    )
    return f"{done.returncode}\n{done.stdout}\n{done.stderr}"


def sign_in(chromium: Browser, demo: dict[str, Any], key: str, total: dict[str, int]) -> Hand:
    page = browsers.new_context(chromium, demo).new_page()
    browsers.sign_in(page, demo, key)
    total["clicks"] += 2
    total["fields"] += 2
    return Hand(page, total)


def code_of(chromium: Browser, demo: dict[str, Any], key: str, total: dict[str, int]) -> str:
    """A colleague signs in and tells the operator the code of their Account page."""
    hand = sign_in(chromium, demo, key, total)
    hand.page.goto("/account/")
    total["clicks"] += 1
    found = re.search(r"P-[0-9A-Z]{4}-[0-9A-Z]{4}", hand.page.locator("main").inner_text())
    assert found, hand.page.locator("main").inner_text()
    hand.page.context.close()
    return found[0]


def test_an_empty_portal_is_set_up_by_pages_only(chromium: Browser, empty: dict[str, Any], run: Path) -> None:
    """Issue 10, must show 6: counted at 3 s a click and 10 s a field, it takes at most ten minutes."""
    total, began = {"clicks": 0, "fields": 0}, time.monotonic()
    before = command(run, "doctor")
    assert before.startswith("2"), before  # everything works, and the set-up is not complete
    operator = sign_in(chromium, empty, "operator", total)
    _becomes_operator(operator, command(run, "office", "first-operator"))
    _registers_institution(operator)
    _names_institution_of_provider(operator)
    codes = {key: code_of(chromium, empty, key, total) for key in ("operator2", "chair", "member1", "owner")}
    _appoints(operator, codes)
    _writes_texts(operator)
    operator.to_set_up("Institutions")
    operator.page.goto("/set-up/")
    assert operator.page.get_by_text("Everything is ready").count(), operator.page.locator("main").inner_text()
    _publishes(sign_in(chromium, empty, "owner", total))
    applicant = sign_in(chromium, empty, "applicant", total)
    applicant.page.goto("/datasets/first-dataset/request/")
    applicant.button("Start request")
    assert applicant.page.url.endswith("/edit/")
    after = command(run, "doctor")
    assert after.startswith("0"), after
    seconds = total["clicks"] * CLICK + total["fields"] * FIELD
    print(  # noqa: T201 - the number is the result
        f"set up by pages: {total['clicks']} clicks, {total['fields']} fields, {seconds / 60:.1f} minutes by hand; "
        f"{time.monotonic() - began:.0f} s by this test"
    )
    assert seconds <= LIMIT


def _becomes_operator(hand: Hand, printed: str) -> None:
    code = re.search(r"(?:[a-z0-9]{5}-){4}[a-z0-9]{5}", printed)
    address = re.search(r"http\S+/set-up/first-operator/", printed)
    assert code and address, printed
    hand.page.goto(address[0])
    hand.fill("Code", code[0])
    hand.button("Become operator")
    assert hand.page.url.endswith("/set-up/")


def _registers_institution(hand: Hand) -> None:
    hand.link("Next: Institutions")
    hand.link("Register institution")
    hand.fill("Name", "Sundby Cancer Registry")
    hand.fill("Country", "DK")
    hand.button("Register institution")


def _names_institution_of_provider(hand: Hand) -> None:
    hand.to_set_up("Identity providers")
    hand.page.locator("tbody a").first.click()
    hand.choose("Institution", "Sundby Cancer Registry")
    hand.button("Save changes")
    hand.button("Test connection")
    assert hand.page.locator(".panel--state.is-good").count(), hand.page.locator("main").inner_text()


def _appoints(hand: Hand, codes: dict[str, str]) -> None:
    hand.to_set_up("Operators")
    hand.fill("Colleague", codes["operator2"])
    hand.check("operator")
    hand.button("Assign role")
    hand.to_set_up("Committees")
    hand.link("Create committee")
    hand.fill("Name", "Registry committee")
    hand.fill("Short name", "registry")
    hand.choose("Institution", "Sundby Cancer Registry")
    hand.fill("Chair", codes["chair"])
    hand.button("Create committee")
    hand.fill("Colleague", codes["member1"])
    hand.button("Add member")


def _writes_texts(hand: Hand) -> None:
    hand.to_set_up("Agreement templates")
    hand.link("Write new version")
    hand.fill("Title", "Data use agreement")
    for label, text in SAYS.items():
        hand.fill(label, text)
    hand.button("Publish template")
    hand.to_set_up("Terms of use")
    hand.link("Publish new version")
    hand.fill("Terms in English", "Use the data with care, and only for research.")
    hand.button("Publish terms")
    for kind in ("Privacy notice", "Accessibility statement"):
        hand.to_set_up("Privacy notice and accessibility statement")
        hand._counted("clicks")
        row = hand.page.get_by_role("row", name=re.compile(f"{kind}.*English"))
        row.get_by_role("link").click()
        hand.page.wait_for_load_state()
        hand.fill("Text", "What we store, and for how long.")
        hand.button("Publish text")


def _publishes(hand: Hand) -> None:
    page = hand.page
    page.goto("/my-datasets/new/")
    hand.fill("Title", "First dataset")
    hand.button("Create dataset")
    hand.fill("Summary", "A small table about nobody.")
    hand.fill("Description", "One row is one measurement of one instrument on one day.")
    hand.check("Controlled access")
    hand.choose("Committee", "Registry committee")
    hand.button("Save description")
    upload = {"name": "table.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}
    page.locator("input[type=file]").first.set_input_files(upload)
    hand._counted("clicks")
    _published(hand)


def _published(hand: Hand) -> None:
    """The checksum is computed by a worker; then the version can be published."""
    address, deadline = "/my-datasets/first-dataset/versions/1/publish/", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        hand.page.goto(address)
        button = hand.page.locator("main").get_by_role("button", name="Publish version", exact=True)
        if button.count() and button.first.is_enabled():
            hand._counted("clicks")
            button.first.click()
            hand.page.wait_for_load_state()
            return
        time.sleep(1)
    raise AssertionError(hand.page.locator("main").inner_text())

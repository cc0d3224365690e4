"""The demo, the browser and the people of the functional tests."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import chromium as browsers
from tests.browser.inspect_page import HEIGHTS, WIDE
from tests.browser.running import demo_of

Enter = Callable[..., BrowserContext]
Shared = Callable[..., BrowserContext]
Tab = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def run() -> Path:
    """The folder of this test run, which its workers share."""
    return Path(os.environ["GATEHOUSE_TEST_RUN"])


@pytest.fixture(scope="session")
def demo(run: Path) -> dict[str, Any]:
    """The one demo that every browser test of this run looks at; nobody stops its servers.

    While pages are being made, `LOOK_AT=var/demo` looks at a demo that is running already.
    """
    if "LOOK_AT" in os.environ:
        facts: dict[str, Any] = json.loads((Path(os.environ["LOOK_AT"]) / "demo.json").read_text())
        return facts
    return demo_of(run)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of this folder. Not for the session: its event loop would trouble other tests."""
    with browsers.browser() as browser:
        yield browser


@pytest.fixture
def enter(chromium: Browser, demo: dict[str, Any], run: Path) -> Iterator[Enter]:
    """`enter("owner")`: a browser in which the owner is signed in; `enter("")` one in which nobody is.

    `own=True` signs in again, for what needs a sign-in of the last ten minutes: the sessions that tests share are
    older.
    """
    opened: list[BrowserContext] = []

    def as_person(key: str, *, own: bool = False, **options: Any) -> BrowserContext:
        if key and not own:
            options["storage_state"] = browsers.session_of(chromium, demo, run, key)
        opened.append(browsers.new_context(chromium, demo, **options))
        if own:
            page = opened[-1].new_page()
            browsers.sign_in(page, demo, key)
            page.close()
        return opened[-1]

    yield as_person
    for context in opened:
        context.close()


@pytest.fixture(scope="package")
def shared(chromium: Browser, demo: dict[str, Any], run: Path) -> Iterator[Shared]:
    """`shared("owner")`: the owner's browser profile, opened once a worker, for tests that only look at pages.

    Its cache keeps styles and scripts, so a page loads as it does for somebody who is at work.
    """
    opened: dict[tuple[str, str], BrowserContext] = {}

    def as_person(key: str, locale: str = "en-GB") -> BrowserContext:
        if (key, locale) not in opened:
            state = {"storage_state": browsers.session_of(chromium, demo, run, key)} if key else {}
            opened[key, locale] = browsers.new_context(chromium, demo, locale=locale, **state)
        return opened[key, locale]

    yield as_person
    for context in opened.values():
        context.close()


@pytest.fixture(scope="package")
def tab(shared: Shared) -> Tab:
    """`with tab("owner") as page`: the one tab of the owner's shared profile, for a page that is only looked at.

    A new tab is a new process of the browser, which costs as much as the page: 0.9 of 2.7 seconds of processor time.
    What a page keeps for its tab is thrown away after it, and with a page that was found wrong the whole tab.
    """
    opened: dict[tuple[str, str], Page] = {}

    @contextmanager
    def of_person(key: str, locale: str = "en-GB") -> Iterator[Page]:
        page = opened.pop((key, locale), None) or shared(key, locale).new_page()
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": WIDE, "height": HEIGHTS[WIDE]})
        try:
            yield page
            page.evaluate("sessionStorage.clear()")
        except BaseException:
            page.close()
            raise
        opened[key, locale] = page

    return of_person

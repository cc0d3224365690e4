"""A browser, people signed in with it, and what the browser noticed on a page."""

import fcntl
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, Response, sync_playwright

# A browser of the test's own, which asks nobody but the demo for anything.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000  # milliseconds
LASTS = 25 * 60  # seconds
LANGUAGE_COOKIE = re.compile("language")


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's chromium, for as long as it is wanted."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield chromium
        chromium.close()


def new_context(chromium: Browser, demo: dict[str, Any], **options: Any) -> BrowserContext:
    """A browser profile in which nobody is signed in."""
    options.setdefault("viewport", {"width": 1280, "height": 900})
    context = chromium.new_context(
        base_url=demo["address"], reduced_motion="reduce", locale=options.pop("locale", "en-GB"), **options
    )
    context.set_default_timeout(PATIENCE)
    return context


def sign_in(page: Page, demo: dict[str, Any], key: str, back_to: str = "/", *, again: bool = False) -> None:
    """Sign in as a person does: by the link of the portal and the form of the identity provider."""
    account = next(one for one in demo["accounts"] if one["key"] == key)
    page.goto(f"/oidc/authenticate/?next={back_to}{'&again=1' if again else ''}")
    answer_provider(page, account)


def answer_provider(page: Page, account: dict[str, str]) -> None:
    """Fill in the identity provider's own form."""
    page.fill("input[name=email]", account["email"])
    page.fill("input[name=password]", account["password"])
    page.click("form:has(input[name=password]) button[type=submit]")
    page.wait_for_load_state()


def new_draft(page: Page) -> str:
    """A new draft of a request; the address of its form."""
    page.goto("/datasets/gbsg2/request/")
    page.get_by_role("button", name="Start request").click()
    page.wait_for_url("**/edit/")
    return page.url


def session_of(chromium: Browser, demo: dict[str, Any], run: Path, key: str) -> Path:
    """The cookies of somebody who has signed in; each person does so once in a run, for all of its workers.

    A session that nobody has used for half an hour has ended, so in a long run they sign in again. The language of the
    account, which sign-in chooses for this browser, is not kept: a window reads pages in its own.
    """
    kept = run / f"session-{key}.json"
    with (run / f"session-{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists() or time.time() - kept.stat().st_mtime > LASTS:
            context = new_context(chromium, demo)
            page = context.new_page()
            sign_in(page, demo, key)
            assert page.url.startswith(demo["address"]), f"{key} was not signed in: {page.url}"
            context.clear_cookies(name=LANGUAGE_COOKIE)
            context.storage_state(path=kept)
            context.close()
    return kept


class Watch:
    """Everything a browser complains about on one page, and everything it asks of others.

    As a context manager it stops watching at the end, for a tab that shows the next page to another watch.
    """

    def __init__(self, page: Page, demo: dict[str, Any], *, expected: int = 200) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.statuses: list[int] = []
        self._ours = {_origin(demo["address"]), _origin(demo["issuer"])}
        self._expected = expected
        self._noticed: dict[Any, Callable[..., None]] = {
            "console": self._console,
            "pageerror": self._fault,
            "request": self._request,
            "response": self._response,
        }
        for event, notice in self._noticed.items():
            page.on(event, notice)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for event, notice in self._noticed.items():
            self.page.remove_listener(event, notice)

    def _fault(self, fault: Error) -> None:
        self.complaints.append(f"a script failed: {fault}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if self._expected != 200 and f"status of {self._expected}" in message.text:
            return  # the browser remarks on the very status that is looked at
        self.complaints.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")) and _origin(request.url) not in self._ours:
            self.complaints.append(f"asked another machine: {request.url}")

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.statuses.append(response.status)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

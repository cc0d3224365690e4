"""What every step works with: the people, what was learnt so far, and a way to wait."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.acceptance.browser import Browser
from tests.acceptance.memory import Memory
from tests.acceptance.page import Page, Wrong

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
WAIT = 90
Found = TypeVar("Found")
DATA = Path(__file__).resolve().parents[2] / "deploy/demo/seed/data/gbsg2.csv"


class Context:
    """One telling of the story."""

    def __init__(self, address: str, accounts: list[dict[str, str]], memory: Memory, mail: dict[str, str]) -> None:
        self.address = address
        self.memory = memory
        self.mail = mail
        self.people = {one["key"]: Browser(address, one, memory) for one in accounts}
        self.notifications: dict[str, str] = {}  # the text of each notification that was read, by its path
        self.content = DATA.read_bytes()
        self.sha256 = hashlib.sha256(self.content).hexdigest()

    @property
    def run(self) -> str:
        return self.memory.run

    @property
    def facts(self) -> dict[str, str]:
        return self.memory.facts

    @property
    def title(self) -> str:
        return f"Node-positive breast cancer, follow-up {self.run}"

    @property
    def file_name(self) -> str:
        return f"gbsg2-{self.run}.csv"

    def who(self, key: str) -> Browser:
        """That person at their browser, signed in."""
        if key not in self.people:
            raise Wrong(f"the demo has no account “{key}”")
        browser = self.people[key]
        if not browser.signed_in:
            browser.sign_in()
        return browser

    def begin(self, step: str) -> None:
        for browser in self.people.values():
            browser.begin(step)

    def until(self, what: str, look: Callable[[], Found | None]) -> Found:
        """Look again until it is there: what follows from an event is done by a worker."""
        deadline = time.monotonic() + WAIT
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() > deadline:
                raise Wrong(f"{what} did not happen within {WAIT} s")
            time.sleep(0.25)


def check(holds: Any, otherwise: str) -> None:
    """End the story with this sentence unless it holds."""
    if not holds:
        raise Wrong(otherwise)


def one(found: list[str], what: str, page: Page) -> str:
    """The only one of its kind on a page."""
    if len(found) != 1:
        raise Wrong(f"{page.url}: expected one {what}, found {len(found)}: {found[:5]}")
    return found[0]

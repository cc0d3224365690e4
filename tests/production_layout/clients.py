"""The load: people who read, sign in, open links and write, each in a thread, as browsers without script.

A write that is not acknowledged is sent again with the same form, as a person does who presses the button again.
"""

import hashlib
import html
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from deploy.demo.people import person
from tests.acceptance.browser import REDIRECTS, RESTING, Browser
from tests.acceptance.memory import Memory
from tests.acceptance.page import Wrong
from tests.acceptance.step_download import LINK
from tests.production_layout.ledger import Answer, Ledger

PATIENCE = 90  # seconds until a person gives up
FRESH = 420  # seconds after which a vote or a revocation would be interrupted by a sign-in
TIMEOUT = (10, 60)
APPLICANTS = ("applicant2", "colleague", "member3")  # they begin drafts


class Visitor(Browser):
    """A browser whose every answer is noted, and which presses again while the portal is away."""

    def __init__(self, address: str, key: str, ledger: Ledger, authority: Path, end: threading.Event) -> None:
        one = person(key)
        account = {"key": key, "email": one.email, "password": one.password, "name": one.name}
        super().__init__(address, account, Memory(None))
        self.session.trust_env = False  # the authority of this run, whatever the environment names
        self.session.verify = str(authority)
        self.session.hooks["response"].append(self._note)
        self.ledger, self._end = ledger, end
        self._host = urlsplit(address).netloc
        self._signed_in_at = 0.0
        ledger.keep_secret(one.email, one.name)

    def _note(self, answer: requests.Response, *_args: Any, **_facts: Any) -> None:
        parts = urlsplit(answer.url)
        took, ours = answer.elapsed.total_seconds(), "Retry-After" in answer.headers
        portal = parts.netloc == self._host
        at = time.monotonic() - took
        self.ledger.answer(Answer(at, took, answer.status_code, _short(parts.path), portal, ours))

    def raw(self, method: str, path: str, **given: Any) -> requests.Response:
        """One request; sent again while nobody answers, or the portal says that it rests."""
        address = urljoin(f"{self.address}/", path)
        given.setdefault("allow_redirects", False)
        deadline = time.monotonic() + PATIENCE
        while True:
            began = time.monotonic()
            try:
                answer = self.session.request(method, address, timeout=TIMEOUT, **given)
            except requests.RequestException as fault:
                self._no_answer(began, fault.request.url if fault.request is not None else address)
                if time.monotonic() > deadline or self._end.is_set():
                    raise Wrong(f"{method} {_short(path)}: no answer ({type(fault).__name__})") from fault
            else:
                self.ledger.keep_secret(*self.session.cookies.values())
                if answer.status_code not in RESTING or time.monotonic() > deadline or self._end.is_set():
                    return answer
            self._end.wait(0.5)

    def _no_answer(self, began: float, url: str | None) -> None:
        parts = urlsplit(url or "")
        portal = parts.netloc == self._host
        self.ledger.answer(Answer(began, time.monotonic() - began, 0, _short(parts.path), portal))

    def begin_again(self) -> None:
        """The next form is another one, not the last one once more."""
        self.memory.sent.clear()
        self.begin("write")

    def be_fresh(self, path: str) -> None:
        """Signed in within the last minutes, as a vote and a revocation require."""
        if time.monotonic() - self._signed_in_at > FRESH:
            self.sign_in(path, again=self.signed_in)
            self._signed_in_at = time.monotonic()


class Load:
    """The clients of one layout; `pause` waits until each has finished what it does."""

    def __init__(self, address: str, authority: Path, ledger: Ledger) -> None:
        self.address, self.authority, self.ledger = address, authority, ledger
        self._go, self._end = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._idle: dict[str, threading.Event] = {}
        self._warm: dict[str, threading.Event] = {}

    def visitor(self, key: str) -> Visitor:
        return Visitor(self.address, key, self.ledger, self.authority, self._end)

    def add(self, name: str, act: Callable[[], None], every: float) -> None:
        """Do this again and again, `every` seconds apart; what goes wrong is noted, and the client goes on."""
        self._idle[name], self._warm[name] = threading.Event(), threading.Event()
        thread = threading.Thread(target=self._run, args=(name, act, every), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self, name: str, act: Callable[[], None], every: float) -> None:
        idle = self._idle[name]
        while not self._end.is_set():
            if not self._go.is_set():
                idle.set()
                self._go.wait(1)
                continue
            idle.clear()
            began = time.monotonic()
            try:
                act()
            except (Wrong, requests.RequestException, LookupError, StopIteration) as fault:
                self.ledger.refuse(name, f"{type(fault).__name__}: {str(fault)[:300]}", began)
            else:
                self._warm[name].set()
            self._end.wait(max(0.0, began + every - time.monotonic()))

    def warm(self) -> None:
        """Let each client do its work once; RuntimeError with what they met if one of them cannot."""
        self.resume()
        for name, done in self._warm.items():
            if not done.wait(PATIENCE):
                raise RuntimeError(f"{name} cannot do its work: {[one.why for one in self.ledger.refused][:3]}")
        self.pause()

    def resume(self) -> None:
        self._go.set()

    def pause(self) -> None:
        self._go.clear()
        for idle in self._idle.values():
            if not idle.wait(PATIENCE + 120):
                raise RuntimeError("a client does not come to an end")

    def stop(self) -> None:
        self._end.set()
        self._go.set()
        for thread in self._threads:
            thread.join(PATIENCE + 120)


# -------------------------------------------------------------------------------------------------- what they do
def reading(load: Load, words: str) -> Callable[[], None]:
    """An operator looks at pages one after the other, with the style sheet that the page names."""
    reader = load.visitor("operator")
    paths = ("/", f"/datasets/?q={words}", "/datasets/dataset-14/", "/requests/", "/system-status/", "/notifications/")
    turns = _round(paths)

    def look() -> None:
        if not reader.signed_in:
            reader.sign_in("/")
        page = reader.get(next(turns))
        style = re.search(r'href="(/static/[^"]+\.css)"', page.text)
        if style is None or reader.raw("GET", style.group(1)).status_code != 200:
            raise Wrong(f"{page.path} has no style sheet")

    return look


def signing_in(load: Load) -> Callable[[], None]:
    """People without a session sign in, once each time: a refusal is counted, and not tried again."""
    keys = _round(("colleague", "official", "auditor", "chair2", "member3"))

    def sign_in() -> None:
        someone = load.visitor(next(keys))
        page = someone._sign_in("/account/", again=False)
        if not page.url.startswith(load.address):
            return  # the provider of the demo did not answer, which is not part of the layout
        if page.status != 200 or page.path != "/account/":
            raise Wrong(f"{page.path} answered {page.status}: {page.words[:200]}")
        load.ledger.went_well("sign-in")

    return sign_in


def opening(load: Load, file: str, content: bytes) -> Callable[[], None]:
    """A link is opened again and again without a session, by a program; every tenth time a new one is made."""
    holder, program = load.visitor("applicant"), load.visitor("applicant")
    wanted, turn, link = hashlib.sha256(content).hexdigest(), 0, ""

    def make() -> str:
        if not holder.signed_in:
            holder.sign_in("/")
        for _form in range(2):  # a form that was sent twice cannot show again what the first answer showed
            holder.begin_again()
            page = holder.send(f"/files/{file}/", f"/files/{file}/")
            if found := LINK.search(html.unescape(page.text)):
                break
        else:
            raise Wrong(f"no link was made: {page.words[:200]}")
        path = urlsplit(found.group()).path
        load.ledger.keep_secret(path.split("/")[2])
        return path

    def open_it() -> None:
        nonlocal turn, link
        link, turn = (make() if turn % 10 == 0 else link), turn + 1
        program.session.cookies.clear()
        answer = program.raw("GET", link)
        if answer.status_code not in REDIRECTS:
            raise Wrong(f"the link answered {answer.status_code}")
        presigned = answer.headers["Location"]
        load.ledger.keep_secret(*re.findall(r"X-Amz-Signature=([0-9a-f]+)", presigned))
        answer = program.raw("GET", presigned)
        if answer.status_code != 200 or hashlib.sha256(answer.content).hexdigest() != wanted:
            raise Wrong(f"the storage answered {answer.status_code} with {len(answer.content)} bytes")
        load.ledger.went_well("link")

    return open_it


def drafting(load: Load, datasets: list[str]) -> Callable[[], None]:
    """A request is begun and saved with a mark as its title; each applicant begins one for each dataset."""
    applicants = {key: load.visitor(key) for key in APPLICANTS}
    turns = iter([(key, slug) for slug in datasets for key in APPLICANTS])

    def draft() -> None:
        key, slug = next(turns)
        applicant, mark = applicants[key], load.ledger.mark()
        if not applicant.signed_in:
            applicant.sign_in("/")
        applicant.begin_again()
        page = applicant.send(f"/datasets/{slug}/", "/requests/new/")
        load.ledger.acknowledged("begun", page.path.split("/")[2])
        applicant.send(page.path, page.path, {"title": mark})
        load.ledger.acknowledged("saved", mark)

    return draft


def voting(load: Load, cases: Iterator[tuple[str, str]]) -> Callable[[], None]:
    """One vote on each case, with a mark as its reason."""
    member = load.visitor("member1")

    def vote() -> None:
        case, item = next(cases)
        mark, page = load.ledger.mark(), f"/review/{case}/"
        member.be_fresh(page)
        member.begin_again()
        if member.get(page).form(f"{page}conflict/") is not None:
            member.send(page, f"{page}conflict/", {"answer": "none"})
        member.send(page, f"{page}items/{item}/vote/", {"choice": "approve", "reason": mark})
        load.ledger.acknowledged("vote", mark)

    return vote


def revoking(load: Load, grants: Iterator[str]) -> Callable[[], None]:
    """One grant after the other is revoked, with a mark as the reason."""
    owner = load.visitor("owner")

    def revoke() -> None:
        mark, page = load.ledger.mark(), f"/access/{next(grants)}/revoke/"
        owner.be_fresh(page)
        owner.begin_again()
        owner.send(page, page, {"reason": mark})
        load.ledger.acknowledged("revocation", mark)

    return revoke


def _round(things: tuple[str, ...]) -> Iterator[str]:
    while True:
        yield from things


def _short(path: str) -> str:
    """A path without what opens or names something."""
    return re.sub(r"/d/[^/]+", "/d/-", path.partition("?")[0])[:80]

"""One person's browser: cookies, real forms, the sign-in at the identity provider, and patience with a restart."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from requests.exceptions import ChunkedEncodingError

from tests.acceptance.memory import Memory
from tests.acceptance.page import Form, Page, Wrong

PATIENCE = 60  # seconds for which a portal that restarts is waited for
SIGN_INS = 4
RESTING = {502, 503, 504}
REDIRECTS = {301, 302, 303, 307, 308}
TIMEOUT = (5, 60)
Fields = dict[str, str | list[str]]


class Browser:
    """Somebody at their browser."""

    def __init__(self, address: str, account: dict[str, str], memory: Memory) -> None:
        self.address = address.rstrip("/")
        self.account = account
        self.name = account["name"]
        self.memory = memory
        self.session = requests.Session()
        self.session.headers["User-Agent"] = "gatehouse-story"
        self.signed_in = False
        self.step = ""
        self._count = 0
        self._last_path = ""

    def begin(self, step: str) -> None:
        """A new step: its forms are numbered from one, so that they are known again after an interruption."""
        self.step, self._count = step, 0

    # ------------------------------------------------------------------------------------------------- reading
    def get(self, path: str, *, expect: int = 200, **headers: str) -> Page:
        """Open a page, along its redirects."""
        return self._checked(self.raw("GET", path, headers=headers, allow_redirects=True), expect)

    def raw(self, method: str, path: str, **given: Any) -> requests.Response:
        """One request; while the portal restarts it is made again, for a minute at most."""
        address = urljoin(f"{self.address}/", path)
        given.setdefault("allow_redirects", False)

        def attempt() -> requests.Response:
            return self.session.request(method, address, timeout=TIMEOUT, **given)

        return patiently(attempt, f"{method} {address}")

    def _checked(self, answer: requests.Response, expect: int | None) -> Page:
        page = Page(answer)
        if expect is not None and page.status != expect:
            reference = answer.headers.get("X-Request-Reference", "none")
            said = page.words[:300] or answer.text[:300]
            raise Wrong(
                f"{self.name}: {answer.request.method} {answer.url} answered {page.status}, not {expect} "
                f"(reference {reference}): {said}"
            )
        return page

    # ------------------------------------------------------------------------------------------------- sending
    def send(
        self, on: str, path: str, fields: Fields | None = None, *, expect: int | None = 200, files: Any = None
    ) -> Page:
        """Fill in the form for `path` on the page `on` and send it; `expect` is the status after a redirect.

        What is sent is remembered first. After an interruption the same values go out again, with the same `_once`.
        """
        self._count += 1
        key = f"{self.step}/{self._count}"
        kept = self.memory.sent.get(key)
        page = self.get(on if kept is None else "/account/")
        if kept is None:
            kept = filled(self._form(page, path), fields or {})
            self.memory.sent[key] = kept
            self.memory.save()
        return self.post(path, [(name, value) for name, value in kept], page, expect=expect, files=files)

    def send_again(self, page: Page) -> Page:
        """What this step sent last, once more: a double click."""
        kept = self.memory.sent[f"{self.step}/{self._count}"]
        return self.post(self._last_path, [(name, value) for name, value in kept], page)

    def post(
        self, path: str, values: list[tuple[str, str]], page: Page, *, expect: int | None = 200, files: Any = None
    ) -> Page:
        """Send these very values with the CSRF token of the page; a redirect is followed by reading."""
        self._last_path = path
        data = [(name, value) for name, value in values if name != "csrfmiddlewaretoken"]
        data.append(("csrfmiddlewaretoken", page.token))
        answer = self.raw("POST", path, data=data, files=files, headers={"Referer": page.url})
        if answer.status_code in REDIRECTS:
            answer = self.raw("GET", urljoin(answer.url, answer.headers["Location"]), allow_redirects=True)
        return self._checked(answer, expect)

    def _form(self, page: Page, path: str) -> Form:
        form = page.form(path)
        if form is None:
            raise Wrong(f"{self.name}: {page.url} has no form for {path}: {page.words[:300]}")
        return form

    # ------------------------------------------------------------------------------------------------- signing in
    def sign_in(self, next_path: str = "/", *, again: bool = False) -> Page:
        """Sign in at the identity provider with e-mail and password, and come back to `next_path`.

        A sign-in that a restart has cut in two is started again: the provider's answer may be used only once.
        """
        for _turn in range(SIGN_INS):
            page = self._sign_in(next_path, again=again)
            if page.status == 200 and page.path == urlsplit(next_path).path:
                self.signed_in = True
                return page
            time.sleep(0.5)
        raise Wrong(f"{self.name} could not sign in: {page.url} answered {page.status}: {page.words[:200]}")

    def _sign_in(self, next_path: str, *, again: bool) -> Page:
        asked = urlencode({"next": next_path} | ({"again": "1"} if again else {}))
        page = Page(self.raw("GET", f"/oidc/authenticate/?{asked}", allow_redirects=True))
        if page.url.startswith(self.address):
            return page  # the provider still knew who this is, or the portal refused
        form = next((one for one in page.forms if {"email", "password"} <= one.names), None)
        if form is None:
            raise Wrong(f"{page.url} does not ask for an e-mail and a password: {page.words[:200]}")
        values = filled(form, {"email": self.account["email"], "password": self.account["password"]})
        answer = self.raw(
            "POST", page.url if not form.action else form.action, data=values, headers={"Referer": page.url},
            allow_redirects=True,
        )  # fmt: skip
        return Page(answer)


def patiently(attempt: Callable[[], requests.Response], what: str) -> requests.Response:
    """Try until the portal answers with anything but "resting"."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            answer = attempt()
        except (requests.ConnectionError, requests.Timeout, ChunkedEncodingError) as fault:
            if time.monotonic() > deadline:
                raise Wrong(f"{what}: no answer for {PATIENCE} s ({type(fault).__name__})") from fault
        else:
            if answer.status_code not in RESTING or time.monotonic() > deadline:
                return answer
        time.sleep(0.3)


def filled(form: Form, fields: Fields) -> list[tuple[str, str]]:
    """What the form sends with these fields filled in; a field that the form does not have is a mistake."""
    foreign = set(fields) - form.names
    if foreign:
        raise Wrong(f"the form for {form.action} has no field {sorted(foreign)}; it has {sorted(form.names)}")
    kept = [(name, value) for name, value in form.values if name not in fields]
    typed = [(name, one) for name, value in fields.items() for one in ([value] if isinstance(value, str) else value)]
    return kept + typed

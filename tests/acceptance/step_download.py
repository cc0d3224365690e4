"""The file comes down: whole, in part, by any program; and not for others."""

import hashlib
import html
import re
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.acceptance.browser import patiently
from tests.acceptance.context import Context, check
from tests.acceptance.page import Page

LINK = re.compile(r"(?:https?://[^\s\"'<>]+)?/d/[^\s\"'<>]+")
FIRST, LAST = 1000, 2999


def makes_link(context: Context) -> None:
    """The link is shown once, in the answer itself; a restart in between means another link."""
    applicant, path = context.who("applicant"), f"/files/{context.facts['file']}/"

    def made() -> str | None:
        page: Page = applicant.send(path, path)
        found = LINK.search(html.unescape(page.text))
        return found.group() if found else None

    link = urlsplit(context.until("a download link", made)).path
    context.facts["link"] = link
    check(link.endswith(context.file_name), f"the link does not end in the file's name: {link[-60:]}")


def looks_first(context: Context) -> None:
    """HEAD, as a download program asks first, without any cookie."""
    answer = _as_curl(context, "HEAD")
    check(answer.status_code == 200, f"HEAD answered {answer.status_code}")
    size = answer.headers.get("Content-Length")
    check(size == str(len(context.content)), f"HEAD says {size} bytes, the file has {len(context.content)}")


def downloads(context: Context) -> None:
    """The whole file has the size and the SHA-256 that were published."""
    answer = _as_curl(context, "GET")
    check(answer.status_code == 200, f"the link answered {answer.status_code}")
    check(len(answer.content) == len(context.content), f"{len(answer.content)} bytes came, not {len(context.content)}")
    came = hashlib.sha256(answer.content).hexdigest()
    check(came == context.sha256, f"the SHA-256 of what came is {came}, not {context.sha256}")
    disposition = answer.headers.get("Content-Disposition", "")
    check("attachment" in disposition and context.file_name in disposition, f"Content-Disposition: {disposition}")


def downloads_part(context: Context) -> None:
    """A Range is answered with that part and 206."""
    answer = _as_curl(context, "GET", Range=f"bytes={FIRST}-{LAST}")
    check(answer.status_code == 206, f"Range answered {answer.status_code}, not 206")
    check(answer.content == context.content[FIRST : LAST + 1], "the part is not that part of the file")
    check(
        answer.headers.get("Content-Range") == f"bytes {FIRST}-{LAST}/{len(context.content)}", "Content-Range is wrong"
    )


def others_are_refused(context: Context) -> None:
    """A colleague without a grant: no link of their own, and not with this one in their session."""
    colleague, path = context.who("colleague"), f"/files/{context.facts['file']}/"
    colleague.post(path, [], colleague.get(path), expect=403)
    status = colleague.raw("GET", context.facts["link"]).status_code
    check(status == 403, f"the link answered {status} in a colleague's session, not 403")
    status = context.who("operator").raw("GET", context.facts["link"]).status_code
    check(status == 403, f"the link answered {status} in the operator's session, not 403")


def _as_curl(context: Context, method: str, **headers: str) -> requests.Response:
    """A program of its own: no cookies, no session."""
    return as_curl(context, method, headers=headers, allow_redirects=True)


def as_curl(context: Context, method: str, **given: Any) -> requests.Response:
    address = f"{context.address.rstrip('/')}{context.facts['link']}"
    headers = {"Accept-Encoding": "identity"} | given.pop("headers", {})
    return patiently(lambda: requests.request(method, address, headers=headers, timeout=60, **given), address)

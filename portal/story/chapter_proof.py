"""What is left: letters, each exactly once, and an event for every step."""

from collections import Counter
from functools import partial
from typing import Any

import requests

from portal.story.browser import patiently
from portal.story.tale import UUID, Tale, check

# Who gets which letter, by words of its subject.
LETTERS = [
    ("applicant", "has arrived"),
    ("applicant", "has a question"),
    ("applicant", "Round 2 of your request"),
    ("applicant", "Approved with conditions"),
    ("applicant", "Please sign"),
    ("applicant", "You have access"),
    ("applicant", "has been revoked"),
    ("applicant2", "You are named"),
    ("applicant2", "You have access"),
    ("owner", "waits for your countersignature"),
    ("member1", "A request waits for"),
    ("member2", "is back with"),
]
EVENTS = [
    "dataset.drafted", "dataset.described", "file.uploaded", "file.checked", "version.published",
    "request.drafted", "request.submitted", "request.screened", "request.returned", "request.vote_cast",
    "request.item_decided", "request.decided", "request.activated", "agreement.offered", "agreement.signed",
    "agreement.executed", "agreement.printed", "grant.issued", "link.made", "download.started", "download.refused",
    "grant.revoked",
]  # fmt: skip


def letters_are_in_the_inbox(tale: Tale) -> None:
    """Everyone concerned has each letter once."""
    for key, words in LETTERS:
        found = tale.until(f"the letter “{words}” to {tale.who(key).name}", partial(_letters, tale, key, words))
        check(len(found) == 1, f"{tale.who(key).name} has {len(found)} letters “{words}” about this")


def _letters(tale: Tale, key: str, words: str) -> list[str]:
    """The letters of the inbox's first page whose line has the words, and which speak of this telling."""
    browser = tale.who(key)
    paths = browser.get("/account/inbox/").paths(rf"/account/inbox/{UUID}/")
    letters = [(path, browser.get(path)) for path in paths[:30]]
    return [path for path, letter in letters if words in letter.words and tale.run in letter.words]


def letters_went_by_mail(tale: Tale) -> None:
    """The mail sink has them as well, each under one Message-ID."""
    address = tale.mail.get("address")
    if not address:
        return

    def arrived() -> list[dict[str, Any]] | None:
        answer = patiently(lambda: requests.get(f"{address}/letters.json", timeout=30), address)
        found = [one for one in answer.json() if tale.run in one["Subject"] + one["text"]]
        revoked = [one for one in found if "has been revoked" in one["Subject"]]
        return found if revoked else None

    found = tale.until("the letter about the revocation in the mail sink", arrived)
    once = {(one["Message-ID"], one["To"], one["Subject"]) for one in found}
    twice = [pair for pair, times in Counter((to, subject) for _id, to, subject in once).items() if times > 1]
    check(not twice, f"these letters went out more than once: {twice}")


def events_are_written(tale: Tale) -> None:
    """The auditor finds an event of every kind the story brought about."""
    auditor = tale.who("auditor")
    for kind in EVENTS:
        page = auditor.get(f"/oversight/events/?kind={kind}")
        check(kind in page.text, f"{page.url} shows no event {kind}")


def nobody_else_reads_the_log(tale: Tale) -> None:
    status = tale.who("applicant").raw("GET", "/oversight/events/").status_code
    check(status == 403, f"an applicant got {status} for the event log, not 403")

"""What is left: notifications, each exactly once, and an event for every step."""

import json
from collections import Counter
from functools import partial
from typing import Any

import requests

from tests.acceptance.browser import patiently
from tests.acceptance.context import UUID, Context, check

# Who gets which notification, by words of its subject.
NOTIFICATIONS = [
    ("applicant", "was submitted"),
    ("applicant", "Changes requested"),
    ("applicant", "Round 2 of your request"),
    ("applicant", "Approved with conditions"),
    ("applicant", "Sign the agreement"),
    ("applicant", "Access granted"),
    ("applicant", "was revoked"),
    ("applicant2", "You are named"),
    ("applicant2", "Access granted"),
    ("owner", "waiting for your countersignature"),
    ("member1", "New request for"),
    ("member2", "was resubmitted to"),
]
# Which events concern which thing, and how many of them there are: nothing is missing and nothing happened twice.
EVENTS = {
    "dataset": [("dataset.drafted", 1), ("dataset.described", 1), ("version.published", 1)],
    "file": [("file.uploaded", 1), ("file.checked", 1)],
    "request": [
        ("request.drafted", 1), ("request.submitted", 2), ("request.accepted_for_review", 2), ("request.returned", 1),
        ("request.condition_proposed", 1),
        ("request.vote_cast", 2), ("request.item_decided", 1), ("request.decided", 1), ("request.activated", 1),
        ("agreement.offered", 1), ("agreement.signed", 3), ("agreement.executed", 1), ("agreement.pdf_stored", 1),
        ("grant.issued", 2), ("grant.revoked", 1),
    ],
    "grant": [("grant.issued", 1), ("grant.revoked", 1)],
}  # fmt: skip
# At least one of each: a client may ask more often than the story knows, and a restart may cost another link.
AT_LEAST = ["link.made", "download.started", "download.refused"]


def notifications_are_listed(context: Context) -> None:
    """Everyone concerned has each notification once."""
    for key, words in NOTIFICATIONS:
        found = context.until(
            f"the notification “{words}” to {context.who(key).name}", partial(_notifications, context, key, words)
        )
        check(len(found) == 1, f"{context.who(key).name} has {len(found)} notifications “{words}” about this")


def _notifications(context: Context, key: str, words: str) -> list[str]:
    """The notifications of the inbox's first page whose line has the words, and which belong to this run."""
    browser = context.who(key)
    paths = browser.get("/notifications/").paths(rf"/notifications/{UUID}/")
    for path in paths:
        if path not in context.notifications:  # a notification never changes, so it is read once
            context.notifications[path] = browser.get(path).words
    return [
        path for path in paths if words in context.notifications[path] and context.run in context.notifications[path]
    ]


def notifications_were_emailed(context: Context) -> None:
    """The mail sink has them as well, each under one Message-ID."""
    address = context.mail.get("address")
    if not address:
        return

    def arrived() -> list[dict[str, Any]] | None:
        answer = patiently(lambda: requests.get(f"{address}/emails.json", timeout=30), address)
        found = [one for one in answer.json() if context.run in one["Subject"] + one["text"]]
        revoked = [one for one in found if "was revoked" in one["Subject"]]
        return found if revoked else None

    found = context.until("the e-mail about the revocation in the mail sink", arrived)
    sent = {(one["Message-ID"], one["To"], one["Subject"]) for one in found}
    twice = [pair for pair, times in Counter((to, subject) for _id, to, subject in sent).items() if times > 1]
    check(not twice, f"these e-mails were sent more than once: {twice}")


def events_are_written(context: Context) -> None:
    """The auditor finds what happened to each thing of the story, no more and no less."""
    things = {
        "dataset": _dataset(context),
        "file": context.facts["file"],
        "request": context.facts["request"],
        "grant": context.facts["grant"].strip("/").rsplit("/", 1)[-1],
    }
    for thing, wanted in EVENTS.items():
        for kind, times in wanted:
            found = len(_events(context, kind, things[thing]))
            check(found == times, f"{found} events {kind} concern the {thing} {things[thing]}, not {times}")
    for kind in AT_LEAST:
        check(_events(context, kind, things["file"]), f"no event {kind} concerns the file {things['file']}")


def _dataset(context: Context) -> str:
    """The dataset's id: one of those that the upload's event is about."""
    uploads = _events(context, "file.uploaded", context.facts["file"])
    about: set[str] = {one for event in uploads for one in event["about"]}
    found = [one for one in sorted(about) if _events(context, "dataset.drafted", one)]
    check(len(found) == 1, f"the upload of the file leads to {len(found)} datasets, not to one")
    return found[0]


def _events(context: Context, kind: str, thing: str) -> list[dict[str, Any]]:
    """The events of the kind that concern the thing, as the auditor exports them: one JSON object a line."""
    answer = context.who("auditor").raw("GET", f"/oversight/events/?kind={kind}&thing={thing}&export=jsonl")
    check(answer.status_code == 200, f"the auditor got {answer.status_code} for the events {kind}")
    return [json.loads(line) for line in answer.text.splitlines()]


def nobody_else_reads_the_log(context: Context) -> None:
    status = context.who("applicant").raw("GET", "/oversight/events/").status_code
    check(status == 403, f"an applicant got {status} for the event log, not 403")

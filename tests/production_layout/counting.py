"""Whether what was acknowledged is in the database once: each write has a mark of its own."""

import email
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.people import person
from tests.production_layout.clients import APPLICANTS
from tests.production_layout.layout import Layout

# Where the mark of each kind of write is kept.
MARKED = {
    "begun": "SELECT id::text FROM access_requests_accessrequest WHERE id::text = ANY(%s)",
    "saved": "SELECT title FROM access_requests_accessrequest WHERE title = ANY(%s)",
    "vote": "SELECT reason FROM access_requests_vote WHERE reason = ANY(%s)",
    "revocation": "SELECT revoked_because FROM grants_accessgrant WHERE revoked_because = ANY(%s)",
}
# What there must never be two of, whatever was killed: the answer of each question is empty.
TWICE = {
    "notifications about one event to one recipient": (
        "SELECT event_id, reader_id FROM notifications_notification GROUP BY 1, 2 HAVING count(*) > 1"
    ),
    "events of a grant being issued": (
        "SELECT subject_id FROM audit_event WHERE kind = 'grant.issued' GROUP BY 1 HAVING count(*) > 1"
    ),
    "events of an agreement being executed": (
        "SELECT subject_id FROM audit_event WHERE kind = 'agreement.executed' GROUP BY 1 HAVING count(*) > 1"
    ),
}
MORE_TWICE = {
    "events of a grant being revoked": (
        "SELECT subject_id FROM audit_event WHERE kind = 'grant.revoked' GROUP BY 1 HAVING count(*) > 1"
    ),
    "agreements offered for one decision": ("SELECT item_id FROM agreements_agreement GROUP BY 1 HAVING count(*) > 1"),
}
BEGUN = """
SELECT r.id::text FROM access_requests_accessrequest r JOIN people_person p ON p.id = r.applicant_id
WHERE p.email = ANY(%s)
"""
PENDING = "SELECT count(*) FROM audit_outbox"


@dataclass(frozen=True)
class Count:
    """How many writes were acknowledged, are missing, and are there more than once."""

    acknowledged: int
    lost: int
    doubled: int


def count(layout: Layout, written: dict[str, list[str]], known: frozenset[str], unsure: int) -> Count:
    """Look for each mark. `known`: the drafts that were there before. `unsure`: drafts whose sender gave up."""
    lost = doubled = 0
    for kind, marks in written.items():
        found = Counter(str(row[0]) for row in layout.ask(MARKED[kind], marks))
        lost += sum(not found[mark] for mark in marks)
        doubled += sum(found[mark] > 1 for mark in marks)
    extra = drafts(layout) - known - set(written.get("begun", []))
    doubled += max(0, len(extra) - unsure)
    doubled += sum(len(layout.ask(question)) for question in (TWICE | MORE_TWICE).values())
    return Count(sum(map(len, written.values())), lost, doubled)


def drafts(layout: Layout) -> frozenset[str]:
    """The requests of the people who begin drafts."""
    emails = [person(key).email for key in APPLICANTS]
    return frozenset(str(row[0]) for row in layout.ask(BEGUN, emails))


def pending(layout: Layout) -> int:
    """Events whose consequences are not done."""
    (row,) = layout.ask(PENDING)
    return int(str(row[0]))


def emails_sent_twice(folder: Path) -> int:
    """E-mails of one Message-ID that the mail server took more than once."""
    seen = Counter(_message_id(path) for path in folder.glob("*.eml"))
    return sum(number > 1 for number in seen.values())


def _message_id(path: Path) -> str:
    return str(email.message_from_bytes(path.read_bytes())["Message-ID"])


def grants(layout: Layout) -> Iterable[str]:
    """The grants that a bulk owner can revoke, each once."""
    question = """
    SELECT g.id::text FROM grants_accessgrant g JOIN datasets_dataset d ON d.id = g.dataset_id
    WHERE d.slug LIKE %s AND g.revoked_at IS NULL ORDER BY g.id
    """
    return [str(row[0]) for row in layout.ask(question, "dataset-%")]


def cases(layout: Layout) -> Iterable[tuple[str, str]]:
    """The request and the item of each case that waits for votes, each once."""
    question = """
    SELECT i.request_id::text, i.id::text FROM access_requests_item i
    JOIN access_requests_accessrequest r ON r.id = i.request_id
    WHERE i.state = 'open' AND r.reference LIKE %s ORDER BY i.id
    """
    return [(str(row[0]), str(row[1])) for row in layout.ask(question, "DAW-%")]


def datasets(layout: Layout) -> list[str]:
    """The controlled datasets of the bulk."""
    question = "SELECT slug FROM datasets_dataset WHERE access = 'controlled' AND slug LIKE %s ORDER BY id"
    return [str(row[0]) for row in layout.ask(question, "dataset-%")]

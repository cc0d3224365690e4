"""The register of messages: for each kind of event that is notified, who gets which words. One file a topic.

A kind with a row here is notified (`portal.consequences`); nothing else has to be said anywhere.
"""

from collections.abc import Mapping
from uuid import UUID

from apps.audit.groups import Group
from apps.audit.kinds import Kind, kind_of
from apps.audit.models import Event
from apps.notifications.messages import (
    access,
    accounts,
    agreements,
    appeals,
    approval_rules,
    clocks,
    cohorts,
    committees,
    conditions,
    datasets,
    invitations,
    operations,
    requests,
    reviewers,
    thread,
)
from apps.notifications.recipients import Message, Note
from apps.notifications.undeclared import without_cases

TOPICS: Mapping[Group, Mapping[Kind, Message]] = {
    Group.ACCESS: access.MESSAGES,
    Group.ACCOUNTS: accounts.MESSAGES,
    Group.AGREEMENTS: agreements.MESSAGES,
    Group.DATASETS: datasets.MESSAGES,
    Group.OPERATIONS: operations.MESSAGES,
    Group.REQUESTS: {
        **requests.MESSAGES,
        **appeals.MESSAGES,
        **approval_rules.MESSAGES,
        **committees.MESSAGES,
        **clocks.MESSAGES,
        **cohorts.MESSAGES,
        **conditions.MESSAGES,
        **invitations.MESSAGES,
        **thread.MESSAGES,
        **reviewers.MESSAGES,
    },
}
MESSAGES: Mapping[Kind, Message] = {kind: row for topic in TOPICS.values() for kind, row in topic.items()}


def message_about(event: Event) -> Message | None:
    """The message of this kind of event; None if nobody is notified of it."""
    kind = kind_of(event.kind)
    return MESSAGES.get(kind) if kind is not None else None


def notes_about(event: Event) -> list[Note]:
    """Who is notified of this event: everyone at most once, and only people whose account is active."""
    message = message_about(event)
    if message is None or (message.needs_subject and event.subject_id is None):
        return []
    notes: dict[UUID, Note] = {}
    for note in message.recipients(event):
        if note.reader.is_active:
            notes.setdefault(note.reader.pk, note)
    return without_cases(notes.values())

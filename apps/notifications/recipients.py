"""What a message about a kind of event consists of, and what a note to one reader is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.audit.models import Event
from apps.people.models import Person


@dataclass(frozen=True)
class Note:
    """One recipient, the notification they get, what fills it, what is quoted in it, and where it leads."""

    reader: Person
    notification: str
    path: str
    facts: dict[str, Any] = field(default_factory=dict)
    quoted: str = ""


Notes = Iterator[Note]
Words = tuple[Any, Any]  # the subject line and the text


@dataclass(frozen=True)
class Message:
    """One kind of event: who is notified (`recipients` yields a note for each), and the words by `Note.notification`.

    An event without a subject notifies nobody, unless `needs_subject` is false.
    """

    recipients: Callable[[Event], Notes]
    words: Mapping[str, Words]
    needs_subject: bool = True


def subject_of(event: Event) -> UUID:
    assert event.subject_id is not None  # notes_about asks only about events with a subject
    return event.subject_id


def actor_of(event: Event) -> str:
    """The name of who did it; "Gatehouse" for every named actor: a notification says no more of who has a shell."""
    actor = Person.objects.filter(pk=event.actor_id).first() if event.actor_id else None
    return str(actor) if actor is not None else "Gatehouse"

"""A note: what one reader is told about an event."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.accounts.models import Person
from apps.audit.models import Event


@dataclass(frozen=True)
class Note:
    """One reader, the letter they get, what fills it, what is quoted in it, and where it leads."""

    reader: Person
    letter: str
    path: str
    facts: dict[str, Any] = field(default_factory=dict)
    quoted: str = ""


Notes = Iterator[Note]


def subject_of(event: Event) -> UUID:
    assert event.subject_id is not None  # notes_about asks only about events with a subject
    return event.subject_id


def actor_of(event: Event) -> str:
    """The name of who did it; "Gatehouse" when nobody did."""
    actor = Person.objects.filter(pk=event.actor_id).first() if event.actor_id else None
    return str(actor) if actor is not None else "Gatehouse"

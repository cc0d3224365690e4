"""Write down what happened: `record(Kind.X, actor=..., subject=...)`, inside the transaction of the change itself."""

import re
import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, models, transaction

from apps.audit.kinds import Kind
from apps.audit.models import Event, Outbox
from apps.core import correlation
from apps.core.actors import Actor, kind_of, person_id_of

__all__ = ["Kind", "needs_outbox", "record", "when_pending", "when_recorded"]


# A fact is a code, an id, a number or a moment: no spaces, no "@", so neither sentences nor addresses fit.
CODE = re.compile(r"[\w.:/+-]{0,200}\Z", re.ASCII)


def record(
    kind: Kind,
    *,
    actor: Actor,
    subject: models.Model | None = None,
    about: Iterable[models.Model | uuid.UUID] = (),
    **facts: Any,
) -> Event:
    """Write one event; refuses to work outside a transaction, because then it could outlive a change that failed."""
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its change")
    ids = [item if isinstance(item, uuid.UUID) else item.pk for item in about]
    event = Event.objects.create(
        kind=kind,
        actor_kind=kind_of(actor),
        actor_id=person_id_of(actor),
        subject_type=str(subject._meta.model_name) if subject is not None else "",
        subject_id=subject.pk if subject is not None and isinstance(subject.pk, uuid.UUID) else None,
        about=list(dict.fromkeys(ids)),
        correlation=correlation.current(),
        facts={name: _fact(name, value) for name, value in (correlation.through() | facts).items()},
    )
    for note in _notes:
        note(event)
    if _needed_for(kind):
        Outbox.objects.create(event_id=event.pk)
        for listener in _listeners:
            transaction.on_commit(listener, robust=True)
    return event


_notes: list[Callable[[Event], None]] = []
_listeners: list[Callable[[], None]] = []


def _every_kind(_kind: Kind) -> bool:
    """Until the portal says which kinds have consequences every event is queued, so that none is lost."""
    return True


_needed_for: Callable[[Kind], bool] = _every_kind


def needs_outbox(needed_for: Callable[[Kind], bool]) -> None:
    """Write the outbox for exactly these kinds: those with a consequence or a message (portal/consequences.py
    knows).
    """
    global _needed_for
    _needed_for = needed_for


def when_recorded(note: Callable[[Event], None]) -> None:
    """Call `note` with each event that is written, inside its transaction; it only counts, and never fails."""
    if note not in _notes:
        _notes.append(note)


def when_pending(listener: Callable[[], None]) -> None:
    """Call `listener` after every commit that left consequences to carry (portal/consequences.py listens; nobody
    must).
    """
    if listener not in _listeners:
        _listeners.append(listener)


def _fact(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    if not CODE.match(text):
        raise ValueError(f"the fact {name!r} is not a code; events carry no names and no free text")
    return text

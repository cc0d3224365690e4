"""Reading the log: what happened to a thing, what a person did."""

import uuid

from django.db.models import Q, QuerySet

from apps.audit.models import Event


def timeline_of(thing_id: uuid.UUID) -> QuerySet[Event]:
    """Everything that happened to a thing or concerned it, oldest first."""
    return Event.objects.filter(Q(subject_id=thing_id) | Q(about__contains=[thing_id])).order_by("id")


def newest(*, before: int | None = None, kind: str = "", actor_id: uuid.UUID | None = None) -> QuerySet[Event]:
    """The log from its end backwards, in pages by key: pass the smallest id seen as `before`."""
    events = Event.objects.order_by("-id")
    if before is not None:
        events = events.filter(id__lt=before)
    if kind:
        events = events.filter(kind=kind)
    if actor_id is not None:
        events = events.filter(actor_id=actor_id)
    return events

"""Reading the log: what happened to a thing, what a person did."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, F, Func, Q, QuerySet, UUIDField
from django.db.models.functions import TruncMonth

from apps.audit.models import Event, Outbox
from apps.audit.record import Kind


def timeline_of(thing_id: uuid.UUID) -> QuerySet[Event]:
    """Everything that happened to a thing or concerned it, oldest first."""
    return Event.objects.filter(Q(subject_id=thing_id) | Q(about__contains=[thing_id])).order_by("id")


def newest(
    *,
    kind: str = "",
    actor_id: uuid.UUID | None = None,
    thing_id: uuid.UUID | None = None,
) -> QuerySet[Event]:
    """The log from its end backwards."""
    events = Event.objects.order_by("-id")
    if kind:
        events = events.filter(kind=kind)
    if actor_id is not None:
        events = events.filter(actor_id=actor_id)
    if thing_id is not None:
        events = events.filter(Q(subject_id=thing_id) | Q(about__contains=[thing_id]))
    return events


def acts_since(since: datetime, *, by: uuid.UUID, kinds: Iterable[str], people: Iterable[uuid.UUID]) -> QuerySet[Event]:
    """What this person did after that moment, of these kinds, to one of these people."""
    concerned = list(people)
    mine = Event.objects.filter(actor_id=by, at__gt=since, kind__in=list(kinds))
    return mine.filter(Q(subject_id__in=concerned) | Q(about__overlap=concerned))


def kinds() -> list[str]:
    """Every kind of event there is, for a filter."""
    return sorted(Kind.values)


def counted(kind: str, things: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many events of this kind concern each of these things; in one statement."""
    wanted = list(things)
    one = Func(F("about"), function="unnest", set_returning=True, output_field=UUIDField())
    rows = Event.objects.filter(kind=kind, about__overlap=wanted).order_by().annotate(thing=one)
    found = dict(rows.values_list("thing").annotate(n=Count("pk")))
    return {thing: found.get(thing, 0) for thing in wanted}


def counted_by(kind: str, actor_id: uuid.UUID, *, since: datetime) -> int:
    """How often this person did something of this kind since then."""
    return Event.objects.filter(kind=kind, actor_id=actor_id, at__gt=since).count()


def by_month(kind: str, thing_id: uuid.UUID, *, since: datetime) -> list[tuple[datetime, int]]:
    """How often this happened to the thing, a month (UTC) at a time, oldest first; empty months are left out."""
    rows = Event.objects.filter(kind=kind, about__contains=[thing_id], at__gte=since).order_by()
    return list(rows.annotate(month=TruncMonth("at")).values_list("month").annotate(n=Count("pk")).order_by("month"))


def pending() -> QuerySet[Outbox]:
    """Events whose consequences have not all been carried yet, oldest first."""
    return Outbox.objects.order_by("event_id")


def kinds_of(event_ids: Iterable[int]) -> dict[int, str]:
    """What kind each of these events is."""
    return dict(Event.objects.filter(pk__in=list(event_ids)).values_list("pk", "kind"))

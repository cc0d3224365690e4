"""Reading the log: what happened to a thing, what a person did."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, F, Func, IntegerField, Max, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.functions import Coalesce, TruncMonth

from apps.audit.log_groups import LOG_GROUPS
from apps.audit.models import Event, Outbox
from apps.audit.record import Kind

LARGEST_NUMBER = 2**63 - 1  # of a bigint, which numbers the events


def timeline_of(thing_id: uuid.UUID) -> QuerySet[Event]:
    """Everything that happened to a thing or concerned it, oldest first."""
    return Event.objects.filter(Q(subject_id=thing_id) | Q(about__contains=[thing_id])).order_by("id")


def newest() -> QuerySet[Event]:
    """The log from its end backwards."""
    return Event.objects.order_by("-at", "-id")


def event_numbered(number: int) -> Event | None:
    return Event.objects.filter(pk=number).first() if number <= LARGEST_NUMBER else None


def concerning(things: Iterable[uuid.UUID]) -> Q:
    """The events about one of these things."""
    wanted = list(things)
    return Q(subject_id__in=wanted) | Q(about__overlap=wanted)


def by_or_concerning(people: Iterable[uuid.UUID]) -> Q:
    """What these people did, and what was about them."""
    wanted = list(people)
    return Q(actor_id__in=wanted) | concerning(wanted)


def counted_by_group(events: QuerySet[Event], *, at_most: int) -> dict[str, int]:
    """How many of these events are in each group of `LOG_GROUPS`, counted up to `at_most`; one statement."""
    counts = {}
    for code, (_heading, group) in LOG_GROUPS.items():
        some = events.filter(kind__in=group).order_by().values("pk")[:at_most]
        counts[code] = Event.objects.filter(pk__in=some).order_by().annotate(one=Value(1)).values("one")
    per_group = {
        code: Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
        for code, rows in counts.items()
    }
    one_row = Event.objects.order_by("pk").annotate(**per_group).values(*per_group)[:1]
    return dict(one_row[0]) if one_row else dict.fromkeys(LOG_GROUPS, 0)


def acts_since(since: datetime, *, by: uuid.UUID, kinds: Iterable[str], people: Iterable[uuid.UUID]) -> QuerySet[Event]:
    """What this person did after that moment, of these kinds, to one of these people."""
    concerned = list(people)
    mine = Event.objects.filter(actor_id=by, at__gt=since, kind__in=list(kinds))
    return mine.filter(Q(subject_id__in=concerned) | Q(about__overlap=concerned))


def kinds() -> list[str]:
    """Every kind of event there is, for a filter."""
    return sorted(Kind.values)


def counted(
    kind: str, things: Iterable[uuid.UUID], *, since: datetime | None = None, before: datetime | None = None
) -> dict[uuid.UUID, int]:
    """How many events of this kind concern each of these things, within these moments if they are given; in one
    statement.
    """
    wanted = list(things)
    one = Func(F("about"), function="unnest", set_returning=True, output_field=UUIDField())
    rows = Event.objects.filter(kind=kind, about__overlap=wanted).order_by()
    rows = rows.filter(at__gte=since) if since is not None else rows
    rows = rows.filter(at__lte=before) if before is not None else rows
    found = dict(rows.annotate(thing=one).values_list("thing").annotate(n=Count("pk")))
    return {thing: found.get(thing, 0) for thing in wanted}


def latest(kind: str, things: Iterable[uuid.UUID], *, actor_id: uuid.UUID | None = None) -> dict[uuid.UUID, datetime]:
    """When something of this kind last happened to each of these things, by id; in one statement.

    With `actor_id` only what this person did counts.
    """
    one = Func(F("about"), function="unnest", set_returning=True, output_field=UUIDField())
    rows = Event.objects.filter(kind=kind, about__overlap=list(things)).order_by()
    if actor_id is not None:
        rows = rows.filter(actor_id=actor_id)
    return dict(rows.annotate(thing=one).values_list("thing").annotate(last=Max("at")))


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


def oldest_pending() -> datetime | None:
    """When the oldest event whose consequences are pending happened; None if there is none."""
    oldest = Outbox.objects.order_by("event_id").values("event_id")[:1]
    return Event.objects.filter(pk__in=oldest).values_list("at", flat=True).first()

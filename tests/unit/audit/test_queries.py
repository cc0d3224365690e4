"""Reading the log: what is counted, of whom, from when, and in which order."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db.models import F

from apps.audit import queries
from apps.audit.models import Event, Outbox
from apps.audit.record import Kind, record
from apps.core.actors import SYSTEM
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
KIND, OTHER = Kind.DEVICE_CODE_WRONG, Kind.PERSON_DEACTIVATED
TICK = timedelta(microseconds=1)


def happened(kind: str, actor: Person, subject: Person, *about: Person) -> datetime:
    """An event; its moment, which only the database chooses."""
    record(Kind(kind), actor=actor, subject=subject, about=[one.pk for one in about])
    return Event.objects.latest("id").at


def test_events_are_found_by_subject_by_what_they_concern_and_by_who_acted() -> None:
    someone, thing, other = stories.person(), stories.person(), stories.person()
    before = set(Event.objects.values_list("pk", flat=True))
    record(KIND, actor=someone, subject=thing)
    record(OTHER, actor=SYSTEM, subject=other, about=[thing.pk])
    record(OTHER, actor=SYSTEM, subject=other)
    first, second, third = Event.objects.exclude(pk__in=before).order_by("id")

    def found(about: object) -> list[Event]:
        return list(Event.objects.exclude(pk__in=before).filter(about).order_by("id"))  # type: ignore[arg-type]

    assert list(queries.timeline_of(thing.pk).exclude(pk__in=before)) == [first, second]
    assert found(queries.concerning([thing.pk])) == [first, second]
    assert found(queries.concerning([uuid4()])) == []
    assert found(queries.by_or_concerning([someone.pk])) == [first]
    assert found(queries.by_or_concerning([thing.pk])) == [first, second]
    assert list(queries.newest()[:3]) == [third, second, first]
    assert queries.event_numbered(first.pk) == first
    assert queries.event_numbered(0) is queries.event_numbered(2**63) is None
    assert queries.kinds_of([first.pk, second.pk]) == {first.pk: KIND, second.pk: OTHER}
    assert queries.kinds() == sorted(queries.kinds())


def test_events_are_counted_from_and_until_a_moment() -> None:
    someone, thing, other = stories.person(), stories.person(), stories.person()
    noon = happened(KIND, someone, someone, thing)
    happened(KIND, other, other, other)
    happened(OTHER, someone, someone, thing)
    later = happened(KIND, other, someone, thing, other)
    things = [thing.pk, other.pk]
    assert queries.counted(KIND, things) == {thing.pk: 2, other.pk: 2}
    assert queries.counted(KIND, [thing.pk]) == {thing.pk: 2}
    assert queries.counted(OTHER, things) == {thing.pk: 1, other.pk: 0}
    assert queries.counted(KIND, [thing.pk], since=later) == {thing.pk: 1}
    assert queries.counted(KIND, [thing.pk], since=later + TICK) == {thing.pk: 0}
    assert queries.counted(KIND, [thing.pk], since=noon, before=noon) == {thing.pk: 1}
    assert queries.counted(KIND, [thing.pk], before=noon - TICK) == {thing.pk: 0}
    assert queries.latest(KIND, [thing.pk])[thing.pk] == later
    assert queries.latest(KIND, [thing.pk], actor_id=someone.pk)[thing.pk] == noon
    assert noon < queries.latest(OTHER, [thing.pk])[thing.pk] < later
    assert queries.latest(OTHER, [other.pk]) == {}
    assert queries.counted_by(KIND, someone.pk, since=noon - TICK) == 1
    assert queries.counted_by(KIND, someone.pk, since=noon) == 0
    assert queries.counted_by(OTHER, other.pk, since=noon - TICK) == 0
    month = noon.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert queries.by_month(KIND, thing.pk, since=noon) == [(month, 2)]
    assert queries.by_month(KIND, thing.pk, since=noon + TICK) == [(month, 1)]
    assert queries.by_month(OTHER, other.pk, since=noon) == []


def test_months_come_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the moment itself as the month: nobody can choose the month of an event."""
    monkeypatch.setattr(queries, "TruncMonth", F)
    someone, thing = stories.person(), stories.person()
    moments = [happened(KIND, someone, someone, thing) for _time in range(2)]
    assert queries.by_month(KIND, thing.pk, since=moments[0]) == [(moment, 1) for moment in moments]


def test_acts_are_those_of_one_person_on_some_people_after_a_moment() -> None:
    someone, thing, other = stories.person(), stories.person(), stories.person()
    first = happened(KIND, someone, thing)
    second = happened(KIND, someone, other, thing)
    happened(KIND, someone, other)
    happened(KIND, other, thing)
    happened(OTHER, someone, thing)

    def acts(since: datetime) -> int:
        return queries.acts_since(since, by=someone.pk, kinds=[KIND], people=[thing.pk]).count()

    assert [acts(since) for since in (first - TICK, first, second)] == [2, 1, 0]


def test_the_groups_of_the_log_are_counted_up_to_a_limit() -> None:
    assert Event.objects.exists() is False
    assert set(queries.counted_by_group(Event.objects.all(), at_most=2).values()) == {0}
    someone = stories.person()
    for _ in range(3):
        record(OTHER, actor=someone, subject=someone)
    mine = Event.objects.filter(actor_id=someone.pk)
    counted = queries.counted_by_group(mine, at_most=2)
    assert sorted(counted.values())[-1] == 2
    assert sum(counted.values()) == 2


def test_pending_events_are_handled_oldest_first() -> None:
    someone = stories.person()
    for _ in range(2):
        record(OTHER, actor=someone, subject=someone)
    Outbox.objects.get_or_create(event_id=Event.objects.latest("pk").pk)
    ids = [one.event_id for one in queries.pending()]
    assert ids == sorted(ids)


def test_the_oldest_pending_event_says_since_when_something_waits() -> None:
    someone = stories.person()
    Outbox.objects.all().delete()
    assert queries.oldest_pending() is None
    happened(OTHER, someone, someone)
    Outbox.objects.all().delete()
    moments = [happened(OTHER, someone, someone) for _time in range(2)]
    for event in Event.objects.filter(at__gte=moments[0]):
        Outbox.objects.get_or_create(event_id=event.pk)
    assert queries.oldest_pending() == moments[0]
    Outbox.objects.filter(event_id=Event.objects.get(at=moments[0]).pk).delete()
    assert queries.oldest_pending() == moments[1]

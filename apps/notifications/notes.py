"""What a note to one reader is, and the notes about seats and desks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse

from apps.audit.models import Event
from apps.committees.models import CommitteeMember
from apps.committees.queries import memberships_of
from apps.people.models import Person, PlatformRole


@dataclass(frozen=True)
class Note:
    """One reader, the letter they get, what fills it, what is quoted in it, and where it leads."""

    reader: Person
    notification: str
    path: str
    facts: dict[str, Any] = field(default_factory=dict)
    quoted: str = ""


Notes = Iterator[Note]


def subject_of(event: Event) -> UUID:
    assert event.subject_id is not None  # notes_about asks only about events with a subject
    return event.subject_id


def actor_of(event: Event) -> str:
    """The name of who did it; "Gatehouse" for every named actor: a letter says no more of who has a shell."""
    actor = Person.objects.filter(pk=event.actor_id).first() if event.actor_id else None
    return str(actor) if actor is not None else "Gatehouse"


def seat_given(event: Event) -> Notes:
    seat = CommitteeMember.objects.select_related("committee", "person").get(pk=subject_of(event))
    notification = "seat_given.chair" if seat.is_chair else "seat_given.person"
    yield Note(seat.person, notification, reverse("review_queue"), {"committee": seat.committee.name})
    yield from _chair_of(seat, event, "seat_given.by_claim")


def seat_ended(event: Event) -> Notes:
    seat = CommitteeMember.objects.select_related("committee", "person").get(pk=subject_of(event))
    page = reverse("committee_page", args=[seat.committee.slug])
    yield Note(seat.person, "seat_ended.person", page, {"committee": seat.committee.name})
    yield from _chair_of(seat, event, "seat_ended.by_claim")


def _chair_of(seat: CommitteeMember, event: Event, notification: str) -> Notes:
    """The chair hears of a seat that an institution's claim gave or took, and how many are left to decide."""
    if not event.facts.get("claim"):
        return
    bench = list(memberships_of(seat.committee))
    facts = {"committee": seat.committee.name, "person": seat.person.name, "seated": len(bench)}
    facts |= {"quorum": seat.committee.quorum}
    for chair in (one.person for one in bench if one.is_chair and one.person_id != seat.person_id):
        yield Note(chair, notification, reverse("committee_manage", args=[seat.committee.slug]), facts)


def platform_role_gained(event: Event) -> Notes:
    yield from _desk(event, "platform_role_gained.person")


def platform_role_lost(event: Event) -> Notes:
    yield from _desk(event, "platform_role_lost.person")


def _desk(event: Event, notification: str) -> Notes:
    names = dict(PlatformRole.Kind.choices)
    for person in Person.objects.filter(pk=subject_of(event)):
        yield Note(person, notification, reverse("account"), {"desk": names.get(event.facts.get("desk"), "–")})

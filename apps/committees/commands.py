"""Verbs about committees: found, seat, unseat, open and close for requests."""

from django.db import transaction
from django.db.models import Q

from apps.accounts.models import Institution, Person
from apps.accounts.rules import check_operator
from apps.audit.record import Kind, record
from apps.committees import rules
from apps.committees.models import Committee, Seat
from apps.core import clock


@transaction.atomic
def found(
    name: str, *, slug: str, institution: Institution | None, about: str, quorum: int, by: Person | None
) -> Committee:
    """A new committee, with no one seated yet; `by` is None only from the command line."""
    if by is not None:
        check_operator(by)
    rules.check_founding(name, slug, quorum)
    committee = Committee.objects.create(name=name, slug=slug, institution=institution, about=about, quorum=quorum)
    record(Kind.COMMITTEE_FOUNDED, actor=by, subject=committee, quorum=quorum, rule=committee.rule)
    return committee


@transaction.atomic
def seat(committee: Committee, *, person: Person, is_chair: bool = False, by: Person | None) -> Seat:
    """The person takes a seat; `by` is None only from the command line."""
    if by is not None:
        rules.check_can_lead(by, committee)
    Committee.objects.select_for_update().get(pk=committee.pk)
    rules.check_can_be_seated(person, committee, is_chair=is_chair)
    place = Seat.objects.create(committee=committee, person=person, is_chair=is_chair)
    record(Kind.SEAT_GIVEN, actor=by, subject=place, about=[committee, person], chair=is_chair)
    return place


@transaction.atomic
def unseat(place: Seat, *, by: Person) -> None:
    """The seat ends now; votes already cast on open items no longer count."""
    rules.check_can_lead(by, place.committee)
    if Seat.objects.filter(pk=place.pk, ends_at__isnull=True).update(ends_at=clock.now()):
        record(Kind.SEAT_ENDED, actor=by, subject=place, about=[place.committee_id, place.person_id])


@transaction.atomic
def hand_over_chair(committee: Committee, *, person: Person, by: Person | None) -> Seat:
    """Somebody else takes the chair; the one before keeps no seat. `by` is None only from the command line."""
    if by is not None:
        check_operator(by)
    Committee.objects.select_for_update().get(pk=committee.pk)
    for place in Seat.objects.held().filter(Q(is_chair=True) | Q(person=person), committee=committee):
        Seat.objects.filter(pk=place.pk).update(ends_at=clock.now())
        record(Kind.SEAT_ENDED, actor=by, subject=place, about=[committee.pk, place.person_id])
    return seat(committee, person=person, is_chair=True, by=None)


@transaction.atomic
def set_accepting(committee: Committee, *, accepting: bool, closed_because: str = "", by: Person) -> None:
    """Open or close the committee for new requests; closed always says why."""
    rules.check_can_lead(by, committee)
    rules.check_says_why(accepting, closed_because)
    reason = "" if accepting else closed_because.strip()
    Committee.objects.filter(pk=committee.pk).update(accepting=accepting, closed_because=reason)
    record(Kind.COMMITTEE_CHANGED, actor=by, subject=committee, accepting=accepting)

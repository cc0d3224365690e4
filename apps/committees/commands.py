"""Verbs about committees: create, add and remove members, open and close for requests; memberships that follow a
provider's claims.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.audit.record import Kind, record
from apps.committees import rules
from apps.committees.models import Committee, CommitteeMember, CommitteeMemberClaim
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM, Actor
from apps.people.models import Institution, Person, Provider
from apps.people.models.claims import CONFIRMED_FOR, CURRENT
from apps.people.rules import check_claim_rule, check_named, check_operator, check_person
from apps.people.sign_in import Followed, says


@transaction.atomic
def found(name: str, *, slug: str, institution: Institution | None, about: str, quorum: int, by: Actor) -> Committee:
    """A new committee, with no members yet."""
    check_operator(by, CONSOLE)
    rules.check_new_committee(name, slug, quorum)
    committee = Committee.objects.create(name=name, slug=slug, institution=institution, about=about, quorum=quorum)
    record(Kind.COMMITTEE_CREATED, actor=by, subject=committee, quorum=quorum, rule=committee.rule)
    return committee


@transaction.atomic
def add_member(committee: Committee, *, person: Person, is_chair: bool = False, by: Actor) -> CommitteeMember:
    """The person becomes a member."""
    rules.check_can_manage_committee(by, committee, CONSOLE)
    return _add_member(committee, person=person, is_chair=is_chair, by=by)


def _add_member(committee: Committee, *, person: Person, is_chair: bool, by: Actor) -> CommitteeMember:
    Committee.objects.select_for_update().get(pk=committee.pk)
    rules.check_can_become_member(person, committee, is_chair=is_chair)
    place = CommitteeMember.objects.create(committee=committee, person=person, is_chair=is_chair)
    record(Kind.COMMITTEE_MEMBER_ADDED, actor=by, subject=place, about=[committee, person], chair=is_chair)
    return place


@transaction.atomic
def remove_member(place: CommitteeMember, *, by: Actor) -> None:
    """The membership ends now; votes already cast on open items no longer count."""
    by = check_person(by)
    rules.check_can_manage_committee(by, place.committee)
    if CommitteeMember.objects.filter(pk=place.pk, ends_at__isnull=True).update(ends_at=clock.now()):
        record(Kind.COMMITTEE_MEMBER_REMOVED, actor=by, subject=place, about=[place.committee_id, place.person_id])


@transaction.atomic
def hand_over_chair(committee: Committee, *, person: Person, by: Actor) -> CommitteeMember:
    """Somebody else takes the chair; the one before is no longer a member."""
    check_operator(by, CONSOLE)
    Committee.objects.select_for_update().get(pk=committee.pk)
    for place in CommitteeMember.objects.appointed().filter(Q(is_chair=True) | Q(person=person), committee=committee):
        CommitteeMember.objects.filter(pk=place.pk).update(ends_at=clock.now())
        record(Kind.COMMITTEE_MEMBER_REMOVED, actor=by, subject=place, about=[committee.pk, place.person_id])
    return _add_member(committee, person=person, is_chair=True, by=by)


@transaction.atomic
def set_accepting(committee: Committee, *, accepting: bool, closed_because: str = "", by: Actor) -> None:
    """Open or close the committee for new requests; closed always says why."""
    by = check_person(by)
    rules.check_can_manage_committee(by, committee)
    rules.check_says_why(accepting, closed_because)
    reason = "" if accepting else closed_because.strip()
    Committee.objects.filter(pk=committee.pk).update(accepting=accepting, closed_because=reason)
    record(Kind.COMMITTEE_CHANGED, actor=by, subject=committee, accepting=accepting)


@transaction.atomic
def add_member_claim(
    provider: Provider, *, claim: str, value: str, committee: Committee, is_chair: bool, by: Actor
) -> CommitteeMemberClaim:
    """Whoever this provider says has the value is a member from their next sign-in on."""
    check_named(by, CONSOLE)
    check_claim_rule(claim=claim, value=value)
    made, new = CommitteeMemberClaim.objects.filter(CURRENT).get_or_create(
        provider=provider, claim=claim, value=value, committee=committee, defaults={"is_chair": is_chair}
    )
    rules.check_same_membership(made, is_chair)
    if new:
        record(Kind.CLAIM_MAPPED, actor=by, subject=made, about=[provider, committee], chair=is_chair)
    return made


@transaction.atomic
def end_member_claim(rule: CommitteeMemberClaim, *, by: Actor) -> None:
    """The claim makes nobody a member any more; memberships from this claim end now."""
    check_named(by, CONSOLE)
    if CommitteeMemberClaim.objects.filter(CURRENT, pk=rule.pk).update(ended_at=clock.now()):
        record(Kind.CLAIM_UNMAPPED, actor=by, subject=rule, about=[rule.provider_id, rule.committee_id])
    for place in CommitteeMember.objects.filter(claim=rule, ends_at__isnull=True):
        _lose(place, by=by)


@transaction.atomic
def sync_member_claims(
    person: Person, *, provider: Provider, said: Mapping[str, Any], barred: Collection[UUID], by: Actor
) -> Followed:
    """Add, confirm and end the memberships that come from this provider's claims, and touches no other.

    A confirmed membership stays one row with its first moment, so that it counts in the rounds begun since.
    """
    check_named(by, SYSTEM)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    current = list(CommitteeMemberClaim.objects.filter(CURRENT, provider=provider).order_by("-is_chair", "pk"))
    wanted: dict[UUID, list[CommitteeMemberClaim]] = {}
    for rule in current:
        if says(said, rule.claim, rule.value):
            wanted.setdefault(rule.committee_id, []).append(rule)
    kept = {
        membership.committee_id
        for membership in _claimed(person, provider)
        if _keep(membership, wanted.get(membership.committee_id, []), by=by)
    }
    gained = [
        committee_id
        for committee_id, claims in wanted.items()
        if committee_id not in kept and _add_claimed_member(person, claims, barred=committee_id in barred, by=by)
    ]
    return Followed(gives=bool(current), gained=bool(gained))


def _claimed(person: Person, provider: Provider) -> list[CommitteeMember]:
    """The person's memberships from claims of this provider, confirmed or lapsed."""
    return list(CommitteeMember.objects.filter(person=person, claim__provider=provider, ends_at__isnull=True))


def _keep(place: CommitteeMember, claims: list[CommitteeMemberClaim], *, by: Actor) -> bool:
    """Confirm the membership if it is still claimed, or end it; returns whether it was confirmed."""
    same = [rule for rule in claims if rule.is_chair == place.is_chair]
    if claims and claims[0].is_chair and not place.is_chair and rules.has_no_chair(claims[0].committee_id):
        same = []  # the chair is free, and claimed
    if not same:
        _lose(place, by=by)
        return False
    rule = next((one for one in same if one.pk == place.claim_id), same[0])
    CommitteeMember.objects.filter(pk=place.pk).update(claim=rule, confirmed_until=clock.now() + CONFIRMED_FOR)
    return True


def _add_claimed_member(person: Person, claims: list[CommitteeMemberClaim], *, barred: bool, by: Actor) -> bool:
    """Add the person as claimed, as chair if that is claimed and free; a manually added member gets no second
    membership.
    """
    committee = Committee.objects.select_for_update().get(pk=claims[0].committee_id)
    if CommitteeMember.objects.filter(committee=committee, person=person, ends_at__isnull=True).exists():
        return False
    free = [rule for rule in claims if not rule.is_chair or rules.has_no_chair(committee.pk)]
    if barred or not free:
        why = "concerned" if barred else "chair_taken"
        record(Kind.COMMITTEE_MEMBER_REFUSED, actor=by, subject=committee, about=[person], why=why)
        return False
    now = clock.now()
    place = CommitteeMember.objects.create(
        committee=committee, person=person, is_chair=free[0].is_chair, starts_at=now, claim=free[0],
        confirmed_until=now + CONFIRMED_FOR,
    )  # fmt: skip
    record(
        Kind.COMMITTEE_MEMBER_ADDED,
        actor=by,
        subject=place,
        about=[committee, person],
        chair=place.is_chair,
        claim=True,
    )
    return True


def _lose(place: CommitteeMember, *, by: Actor) -> None:
    """The membership ends now, because the provider or the end of the mapping says so; the other votes are counted
    again.
    """
    now = clock.now()
    if CommitteeMember.objects.filter(pk=place.pk, ends_at__isnull=True).update(ends_at=now, confirmed_until=now):
        about = [place.committee_id, place.person_id]
        record(Kind.COMMITTEE_MEMBER_REMOVED, actor=by, subject=place, about=about, claim=True)

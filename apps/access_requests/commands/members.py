"""Verbs that change who may vote, and what is reported when a voter is gone. None of them decides an item."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from apps.access_requests import queries, rules
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, Item, Vote
from apps.access_requests.states import ItemState, RequestState
from apps.audit.models import Event
from apps.audit.queries import timeline_of
from apps.audit.record import Kind, record
from apps.committees import commands as committees
from apps.committees.models import Committee, CommitteeMember
from apps.committees.rules import check_chair_reason
from apps.core.actors import SYSTEM, Actor
from apps.people.models import Person, Provider
from apps.people.rules import check_named, check_person
from apps.people.sign_in import Followed


@transaction.atomic
def add_committee_member(committee: Committee, *, person: Person, by: Actor) -> CommitteeMember:
    """Add a committee member; the membership counts for the rounds that open from now on, never for one that is being
    decided.
    """
    by = check_person(by)
    rules.check_can_change_members(by, committee)
    return committees.add_member(committee, person=person, by=by)


@transaction.atomic
def remove_committee_member(
    membership: CommitteeMember, *, reason: str, last_day: date | None = None, by: Actor
) -> None:
    """End a membership; nobody does so in a committee that is deciding about them. No vote is counted by it."""
    by = check_person(by)
    rules.check_can_remove_voters(by, membership.committee)
    committees.remove_member(membership, reason=reason, last_day=last_day, by=by)


@transaction.atomic
def name_chair(committee: Committee, *, person: Person, reason: str, by: Actor) -> CommitteeMember:
    """Name another chair; nobody does so in a committee that is deciding about them. No vote is counted by it."""
    by = check_person(by)
    rules.check_can_remove_voters(by, committee)
    check_chair_reason(reason)
    return committees.hand_over_chair(committee, person=person, reason=reason, by=by)


@transaction.atomic
def sync_member_claims(person: Person, *, provider: Provider, said: Mapping[str, Any], by: Actor) -> Followed:
    """Add, confirm and end the memberships that come from this provider's claims.

    No claim makes anybody a member of a committee that is deciding about them.
    """
    check_named(by, SYSTEM)
    barred = queries.deciding_about(person)
    return committees.sync_member_claims(person, provider=provider, said=said, barred=barred, by=by)


@transaction.atomic
def report_lost_voters(request: AccessRequest, *, event: Event, by: Actor) -> None:
    """Write into the history of the request who is no longer an eligible voter since this event; each person once.

    The actor is the person who ended the membership or the account, if it was a person.
    """
    check_named(by, SYSTEM)
    request = _lock(request)
    current = queries.open_round(request)
    if current is None:
        return
    actor = Person.objects.filter(pk__in=[event.actor_id]).first() or by
    for membership in queries.lost_voters(request, current, people=[event.subject_id, *event.about]):
        about = [membership.committee_id, membership.person_id]
        same = timeline_of(request.pk).filter(kind=Kind.VOTER_LEFT, about__contains=about, facts__round=current.number)
        if not same.exists():
            record(Kind.VOTER_LEFT, actor=actor, subject=request, about=about, round=current.number)


@transaction.atomic
def report_open_votes(request: AccessRequest, *, by: Actor) -> None:
    """Ask voters to confirm where everybody left has voted and the votes decide, and report votes that cannot decide.

    Both once for the same votes and voters.
    """
    check_named(by, SYSTEM)
    request = _lock(request)
    if request.state != RequestState.IN_REVIEW:
        return
    for item in request.items.select_for_update(of=["self"]).filter(state=ItemState.OPEN).select_related("committee"):
        item.request = request
        voters = queries.fetch_eligible_voters(item)
        decision = queries.decision_on(item, voters)
        about = [item.request_id, item.committee_id, item.dataset_id]
        if decision.must_be_confirmed:
            people = queries.who_may_confirm(item, voters)
            Item.objects.filter(pk=item.pk).update(asked_to_confirm=sorted(person.pk for person in people))
            facts: dict[str, Any] = {"asked": len(people), "eligible": decision.eligible}
            if _is_new(item, Kind.CONFIRMATION_NEEDED, facts):
                record(Kind.CONFIRMATION_NEEDED, actor=by, subject=item, about=about, **facts)
        elif decision.is_divided:
            facts = {"why": decision.blocked.value, "eligible": decision.eligible}
            if _is_new(item, Kind.VOTES_DIVIDED, facts):
                record(Kind.VOTES_DIVIDED, actor=by, subject=item, about=about, **facts)


def _is_new(item: Item, kind: Kind, facts: dict[str, Any]) -> bool:
    """Whether the same was not recorded since the last vote on the item."""
    last = Vote.objects.filter(item=item).order_by("-cast_at").values_list("cast_at", flat=True)[:1]
    same = timeline_of(item.pk).filter(kind=kind, facts__contains=facts)
    return not same.filter(at__gt=last[0] if last else item.request.created_at).exists()

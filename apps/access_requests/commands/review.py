"""Verbs of the committee, and what follows from them: accept for review, request changes, recuse, vote, add and
remove members.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from apps.access_requests import queries, rules
from apps.access_requests.commands.locks import _close_round, _lock
from apps.access_requests.models import AccessRequest, Item, Question, Recusal, Round, Vote
from apps.access_requests.states import ACCEPTED, ItemState
from apps.audit.queries import timeline_of
from apps.audit.record import Kind, record
from apps.committees import commands as committees
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.people.commands.affiliations import snapshot_actor
from apps.people.models import Person, Provider
from apps.people.queries import current_affiliation_of
from apps.people.rules import check_named, check_person
from apps.people.sign_in import Followed, SignIn


@transaction.atomic
def accept_for_review(request: AccessRequest, *, by: Actor) -> None:
    """A committee member found the request complete; voting may begin."""
    by = check_person(by)
    request = _lock(request)
    rules.check_is_committee_member(by, request)
    request.move("accept_for_review")
    record(Kind.REQUEST_ACCEPTED_FOR_REVIEW, actor=by, subject=request)


@transaction.atomic
def request_changes(request: AccessRequest, *, text: str, by: Actor) -> Question:
    """Back to the applicant with a question; the round ends, its votes no longer count."""
    by = check_person(by)
    request = _lock(request)
    rules.check_is_committee_member(by, request)
    rules.check_question(text)
    request.check_can("return")
    current = _close_round(request)
    question = Question.objects.create(request=request, round=current, asked_by=by, text=text.strip())
    request.move("return")
    record(Kind.REQUEST_RETURNED, actor=by, subject=request, round=current.number)
    return question


@transaction.atomic
def recuse(request: AccessRequest, *, reason: str, by: Actor) -> None:
    """A member declares a conflict; they are no longer an eligible voter on this request, and any vote of theirs no
    longer counts.
    """
    by = check_person(by)
    request = _lock(request)
    rules.check_is_committee_member(by, request)
    rules.check_says_conflict(reason)
    Recusal.objects.create(request=request, person=by, reason=reason.strip())
    record(Kind.MEMBER_RECUSED, actor=by, subject=request)
    _recount(request)


@transaction.atomic
def recount(request: AccessRequest, *, by: Actor) -> None:
    """An item has lost an eligible voter: decide now what the remaining votes decide, as nobody else may be left to
    vote.
    """
    check_named(by, SYSTEM)
    _recount(_lock(request))


@transaction.atomic
def record_committees_without_quorum(request: AccessRequest, *, by: Actor) -> None:
    """Write down which committees have too few left who may decide on the request; the same shortage once a round."""
    check_named(by, SYSTEM)
    request = _lock(request)
    current = queries.open_round(request)
    if current is None:
        return
    for committee, left in queries.committees_without_quorum(request).items():
        facts = {"round": current.number, "left": left, "quorum": committee.quorum}
        reported = timeline_of(request.pk).filter(kind=Kind.QUORUM_MISSING, about__contains=[committee.pk])
        if not reported.filter(facts__contains=facts).exists():
            record(Kind.QUORUM_MISSING, actor=by, subject=request, about=[committee], **facts)


@transaction.atomic
def vote(item: Item, *, choice: str, reason: str, terms: str = "", seen: Round, signed_in: SignIn, by: Actor) -> Vote:
    """Cast a vote on the snapshot `seen`; the last vote needed decides the item.

    Who the voter is at this moment is kept with the vote, and so with the decision that it makes.
    """
    by = check_person(by)
    request = _lock(item.request)
    item = Item.objects.select_for_update().select_related("committee").get(pk=item.pk)
    item.request = request
    current, voters = queries.open_round(request), queries.fetch_eligible_voters(item)
    rules.check_can_vote(by, item, voters, current, seen)
    rules.check_vote(choice, reason, terms)
    kept_terms = terms.strip() if choice == Vote.Choice.CONDITIONAL else ""
    actor_snapshot = snapshot_actor(by, sign_in=signed_in, affiliation=current_affiliation_of(by), by=by)
    cast = Vote.objects.create(
        item=item,
        round=seen,
        voter=by,
        choice=choice,
        reason=reason.strip(),
        terms=kept_terms,
        actor_snapshot=actor_snapshot,
    )
    record(Kind.VOTE_CAST, actor=by, subject=item, about=[request, item.dataset_id], choice=choice, round=seen.number)
    _decide_if_clear(item, voters)
    return cast


@transaction.atomic
def add_committee_member(committee: Committee, *, person: Person, by: Actor) -> CommitteeMember:
    """Add a committee member; the membership counts for the rounds that open from now on, never for one that is being
    decided.
    """
    by = check_person(by)
    rules.check_can_change_members(by, committee)
    return committees.add_member(committee, person=person, by=by)


@transaction.atomic
def remove_committee_member(place: CommitteeMember, *, by: Actor) -> None:
    """End a membership; nobody does so in a committee that is deciding about them."""
    by = check_person(by)
    rules.check_can_change_members(by, place.committee)
    committees.remove_member(place, by=by)


@transaction.atomic
def sync_member_claims(person: Person, *, provider: Provider, said: Mapping[str, Any], by: Actor) -> Followed:
    """Add, confirm and end the memberships that come from this provider's claims.

    No claim makes anybody a member of a committee that is deciding about them.
    """
    check_named(by, SYSTEM)
    barred = queries.deciding_about(person)
    return committees.sync_member_claims(person, provider=provider, said=said, barred=barred, by=by)


@transaction.atomic
def activate(request: AccessRequest, *, by: Actor) -> None:
    """The first grant is out: the project runs. Already active is fine (a consequence may run twice)."""
    check_named(by, SYSTEM)
    request = _lock(request)
    if request.can("activate"):
        request.move("activate")
        record(Kind.REQUEST_ACTIVATED, actor=by, subject=request)


@transaction.atomic
def close_denied(request: AccessRequest, *, by: Actor) -> None:
    """Every item was denied: nothing follows, the request is closed."""
    check_named(by, SYSTEM)
    request = _lock(request)
    if request.can("close") and not request.items.filter(state__in=ACCEPTED).exists():
        request.move("close", ended_at=clock.now())
        record(Kind.REQUEST_CLOSED, actor=by, subject=request)


@transaction.atomic
def close_over(request: AccessRequest, *, by: Actor) -> None:
    """Every agreement of the request has ended, so that nothing can follow any more: the request is closed."""
    check_named(by, SYSTEM)
    request = _lock(request)
    if request.can("close"):
        request.move("close", ended_at=clock.now())
        record(Kind.REQUEST_CLOSED, actor=by, subject=request)


def _recount(request: AccessRequest) -> None:
    for item in request.items.select_for_update().filter(state=ItemState.OPEN):
        _decide_if_clear(item, queries.fetch_eligible_voters(item))


def _decide_if_clear(item: Item, voters: Sequence[CommitteeMember]) -> None:
    """Decide the item if the votes of its eligible voters do; the caller holds the lock on request and item."""
    request = item.request
    decision = queries.decision_on(item, voters)
    outcome = decision.outcome.value
    current = queries.open_round(request)
    if not outcome or current is None or request.state != "in_review":
        return
    winning = Vote.objects.filter(item=item, round=current, voter_id__in=decision.winners)
    reason = "\n\n".join(dict.fromkeys(winning.values_list("reason", flat=True)))
    terms = "\n\n".join(dict.fromkeys(t for t in winning.values_list("terms", flat=True) if t))
    item.move(outcome, decided_at=clock.now(), decided_in=current, reason=reason, terms=terms)
    record(Kind.ITEM_DECIDED, actor=SYSTEM, subject=item, about=[request, item.dataset_id], outcome=outcome)
    if not request.items.filter(state=ItemState.OPEN).exists():
        _close_round(request)
        request.move("decide", decided_at=clock.now())
        record(Kind.REQUEST_DECIDED, actor=SYSTEM, subject=request)

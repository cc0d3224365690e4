"""Verbs of the eligible voters: vote, change a vote, confirm it, propose a condition. Only these decide an item."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.access_requests import denials, queries, queries_undone, rules, rules_checklists
from apps.access_requests.commands.decide import _decide_if_clear
from apps.access_requests.commands.locks import _lock
from apps.access_requests.due_dates import NO_DUE_DATE, DueDate
from apps.access_requests.models import Condition, Item, Round, Vote
from apps.access_requests.rules_conditions import check_due_date
from apps.access_requests.voting_rules import rules_in
from apps.audit.record import Kind, record
from apps.committees.models import Committee, CommitteeMember
from apps.core.actors import Actor
from apps.core.db import lock_for_share
from apps.core.text import typed
from apps.people.commands.affiliations import snapshot_actor
from apps.people.models import Person
from apps.people.queries import current_affiliation_of
from apps.people.rules import check_person
from apps.people.sign_in import SignIn


@transaction.atomic
def propose_condition(item: Item, *, text: str, due: DueDate = NO_DUE_DATE, seen: Round, by: Actor) -> Condition:
    """Propose a condition for an approval of this item; the other members see it without the name."""
    by = check_person(by)
    item, _voters = _lock_for_vote(item, seen=seen, by=by)
    text = typed(text, field="new_condition").strip()
    rules.check_condition(text)
    check_due_date(due)
    return _proposed(item, text=text, due=due, by=by)


@transaction.atomic
def vote(
    item: Item,
    *,
    choice: str,
    reason: str,
    conditions: Collection[UUID] = (),
    new_condition: str = "",
    new_due: DueDate = NO_DUE_DATE,
    denial_codes: Collection[str] = (),
    seen: Round,
    signed_in: SignIn,
    by: Actor,
) -> Vote:
    """Cast a vote on the snapshot `seen`, or change the vote cast in this round; the last vote needed decides the item.

    `conditions` are the ids of proposed conditions that an approval with conditions adopts, `new_condition` and
    `new_due` the text and due date of one more, which is proposed and adopted. `denial_codes` are the reasons of a vote
    to deny (`DenialReason`). Who the voter is at this moment is kept with the vote. Recorded, but deciding nothing
    until another vote is cast, are a change by somebody who let a voter leave since the last vote of others, a vote by
    somebody who undid the decision since then, those of their deputies, and each vote of a blind look, also the last.
    """
    by = check_person(by)
    item, voters = _lock_for_vote(item, seen=seen, by=by)
    member = _check_may_vote_now(item, voters, seen=seen, by=by)
    reason, new = typed(reason, field="reason").strip(), typed(new_condition, field="new_condition").strip()
    rules.check_vote(choice, reason, conditions, new, set(item.conditions.values_list("pk", flat=True)), denial_codes)
    adopts = _adopted(item, conditions, new, new_due, by=by) if choice == Vote.Choice.CONDITIONAL else set()
    earlier = queries.current_vote(item, member.person)
    absent = member.person if member.person_id != by.pk else None
    why: dict[str, Any] = {"reason": reason, "denial_codes": denials.in_order(denial_codes)}
    said = {"choice": choice, **why, "adopts": sorted(adopts), "in_place_of": absent}
    blind = rules_in(seen, item.committee).blind and queries.decision_on(item, voters).is_hidden
    cast = _cast(item, said, seen=seen, earlier=earlier, signed_in=signed_in, by=by)
    about = [item.request_id, item.dataset_id, *([absent.pk] if absent else [])]
    record(
        Kind.VOTE_CAST if earlier is None else Kind.VOTE_CHANGED, actor=by, subject=item, about=about, round=seen.number
    )
    if not blind and _counts_alone(item, {by.pk, member.person_id}, seen, first=earlier is None):
        _decide_if_clear(item, voters)
    return cast


@transaction.atomic
def confirm_vote(item: Item, *, seen: Round, signed_in: SignIn, by: Actor) -> Vote:
    """Cast the same vote again after a voter left, so that the votes of those who are left are counted."""
    by = check_person(by)
    item, voters = _lock_for_vote(item, seen=seen, by=by)
    rules.check_can_confirm(by, item, queries.decision_on(item, voters))
    earlier = queries.current_vote(item, by)
    assert earlier is not None
    said = {"choice": earlier.choice, "reason": earlier.reason, "adopts": earlier.adopts}
    said |= {"denial_codes": earlier.denial_codes or []}
    cast = _cast(item, said, seen=seen, earlier=earlier, signed_in=signed_in, by=by)
    about = [item.request_id, item.dataset_id]
    record(Kind.VOTE_CONFIRMED, actor=by, subject=item, about=about, round=seen.number)
    _decide_if_clear(item, voters)
    return cast


def _check_may_vote_now(item: Item, voters: Sequence[CommitteeMember], *, seen: Round, by: Person) -> CommitteeMember:
    """The membership for which the person votes, once every verdict is there that the committee wants before."""
    member = rules.check_votes_for(by, item, voters)
    rules_checklists.check_checklist_done(seen, item.committee)
    return member


def _lock_for_vote(item: Item, *, seen: Round, by: Person) -> tuple[Item, Sequence[CommitteeMember]]:
    """The locked item and its eligible voters, of whom the person is one.

    The committee is locked for share: votes on its other requests do not wait, a change of its chair, deputies or rules
    does (docs/decisions/votes-do-not-wait.md).
    """
    request = _lock(item.request)
    lock_for_share(Committee, item.committee_id)
    item = Item.objects.select_for_update(of=["self"]).select_related("committee").get(pk=item.pk)
    item.request = request
    voters = queries.fetch_eligible_voters(item)
    rules.check_can_vote(by, item, voters, queries.open_round(request), seen)
    return item, voters


def _counts_alone(item: Item, theirs: set[UUID], seen: Round, *, first: bool) -> bool:
    """Whether a vote by these people (a member, and their deputy) decides now; not by who let a voter leave and changes
    a vote, nor by who undid the decision, before another vote is cast.
    """
    if first and not any(queries_undone.undid(item, pk, seen.opened_at) for pk in theirs):
        return True
    return not any(queries.let_a_voter_leave(item, pk) for pk in theirs)


def _adopted(item: Item, conditions: Collection[UUID], new: str, due: DueDate, *, by: Person) -> set[UUID]:
    """The conditions that an approval with conditions adopts, with the new one if there is one."""
    if not new:
        return set(conditions)
    check_due_date(due)
    return {*conditions, _proposed(item, text=new, due=due, by=by).pk}


def _proposed(item: Item, *, text: str, due: DueDate, by: Person) -> Condition:
    """The condition with this text and due date; proposed now, unless somebody has proposed it already."""
    facts = asdict(due)
    same = item.conditions.filter(text=text, **facts).first()
    if same is not None:
        return same
    condition = Condition.objects.create(item=item, text=text, proposed_by=by, **facts)
    record(Kind.CONDITION_PROPOSED, actor=by, subject=condition, about=[item.request_id, item.dataset_id])
    return condition


def _cast(
    item: Item, said: dict[str, Any], *, seen: Round, earlier: Vote | None, signed_in: SignIn, by: Person
) -> Vote:
    """The vote, with who the voter is now. Its event does not say the choice: who has not voted may read it."""
    actor_snapshot = snapshot_actor(by, sign_in=signed_in, affiliation=current_affiliation_of(by), by=by)
    facts = {"supersedes": earlier, "actor_snapshot": actor_snapshot, **said}
    if item.asked_to_confirm:
        Item.objects.filter(pk=item.pk).update(asked_to_confirm=[])
    return Vote.objects.create(item=item, round=seen, voter=by, **facts)

"""The votes on a case as one member may see them: the choices of others only after their own vote.

Pages and API read this, so that no program sees more than a page shows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from apps.access_requests.decided import voters_when_decided
from apps.access_requests.effect import announced
from apps.access_requests.models import AccessRequest, Condition, Item, Round, Vote
from apps.access_requests.queries import committees_of_request, decision_of, let_a_voter_leave, votes_on
from apps.access_requests.states import ItemState, RequestState
from apps.access_requests.voting_rules import is_period_over, rules_in
from apps.committees.decisions import Decision, VotingRules
from apps.committees.models import CommitteeMember
from apps.committees.queries import committees_of
from apps.core import clock
from apps.people.models import Person


class WhyNot(StrEnum):
    """Why somebody cannot vote on an item now."""

    DECIDED = "decided"
    OTHER_COMMITTEE = "other_committee"
    MEMBER_VOTED = "member_voted"
    JOINED_LATER = "joined_later"
    NOT_CHECKED = "not_checked"
    NOT_IN_REVIEW = "not_in_review"


class NextAction(StrEnum):
    """What a member can do next on a case, or for whom it waits."""

    CHECK = "check"
    VOTE = "vote"
    CONFIRM = "confirm"
    CHANGE = "change"
    WAIT_FOR_APPLICANT = "wait_for_applicant"
    WAIT_FOR_MEMBERS = "wait_for_members"
    NONE = "none"


@dataclass(frozen=True)
class OpenVote:
    """What one undecided item of a case wants of the reader: a vote, or a vote again."""

    waits: bool = False
    confirm: bool = False
    divided: bool = False


@dataclass(frozen=True)
class SeenVotes:
    """One item with its votes. `votes` is empty while the choices of others are hidden; `mine` is the reader's own.

    `member` is the membership for which the reader votes: their own, or the one that they keep as a deputy.
    """

    item: Item
    rules: VotingRules
    voters: Sequence[CommitteeMember]
    decision: Decision
    member: CommitteeMember | None
    is_member: bool
    mine: Vote | None
    choices_shown: bool
    votes: Sequence[Vote]
    conditions: Sequence[Condition]
    why_not: WhyNot | None
    asks: OpenVote

    @property
    def is_theirs(self) -> bool:
        """Whether the reader's committee decides on the item, or one for which they vote as a deputy."""
        return self.is_member or self.member is not None

    @property
    def waiting_for(self) -> list[Person]:
        """The eligible voters who have not voted; nobody once the item is decided."""
        if self.item.state != ItemState.OPEN:
            return []
        return [one.person for one in self.voters if one.person_id not in self.decision.votes]


def choices_shown(item: Item, mine: Vote | None, decision: Decision) -> bool:
    """Whether somebody reads how the others voted: after their own vote and the blind look, or once it is decided."""
    return item.state != ItemState.OPEN or (mine is not None and not decision.is_hidden)


def conditions_shown(item: Item, decision: Decision, me: Person) -> list[Condition]:
    """The proposed conditions that the reader reads now: in a blind look only their own, because a condition that is
    proposed with a vote says how somebody voted.
    """
    return [one for one in item.conditions.all() if not decision.is_hidden or one.proposed_by_id == me.pk]


def votes_for(voters: Iterable[CommitteeMember], me: Person) -> CommitteeMember | None:
    """The membership for which the reader votes: their own, or the one that they keep as a deputy."""
    known = list(voters)
    own = next((one for one in known if one.person_id == me.pk), None)
    return own or next((one for one in known if getattr(one, "kept", False)), None)


def counts(vote: Any, item: Item) -> bool:
    """Whether a vote of `queries.votes_on` that was not changed counts, or counted when the item was decided."""
    if item.decided_at is None or vote.in_place_of_id is None:
        return bool(vote.counts) or vote.in_place_of_id is None
    return vote.conflict_at is None or vote.conflict_at > item.decided_at


def next_action(state: str, asks: Sequence[OpenVote]) -> NextAction:
    """What waits for a member on a case in this state; `asks` are its undecided items of their committees."""
    if state == RequestState.RETURNED:
        return NextAction.WAIT_FOR_APPLICANT
    if not asks or state not in (RequestState.SUBMITTED, RequestState.IN_REVIEW):
        return NextAction.NONE
    if state == RequestState.SUBMITTED:
        return NextAction.CHECK
    if any(one.waits for one in asks):
        return NextAction.VOTE
    if any(one.confirm for one in asks):
        return NextAction.CONFIRM
    return NextAction.CHANGE if any(one.divided for one in asks) else NextAction.WAIT_FOR_MEMBERS


def votes_seen(case: AccessRequest, shown_round: Round, me: Person) -> list[SeenVotes]:
    """Each dataset requested in the round, as this member may see it; theirs first. Eight statements at most, and one
    more for each item of which the reader could confirm their vote.
    """
    items = case.items.filter(dataset_id__in=shown_round.snapshot["datasets"]).order_by("dataset__title", "pk")
    rows = list(items.select_related("dataset", "committee", "decided_in").prefetch_related("conditions"))
    eligible, votes = committees_of_request(case, reader=me), list(votes_on(case))
    mine = set(committees_of(me).values_list("pk", flat=True))
    decided = voters_when_decided(case, rows)
    if is_outside(rows, eligible, mine, me):
        now = clock.now()
        return [_outside(item, case, shown_round, eligible.get(item.committee_id, []), now) for item in rows]
    found = []
    for item in rows:
        item.request = case
        voters = decided.get(item.pk, eligible.get(item.committee_id, []))
        theirs = [vote for vote in votes if vote.item_id == item.pk]
        found.append(_seen(item, shown_round, voters, theirs, me, is_member=item.committee_id in mine))
    return sorted(found, key=lambda one: not one.is_theirs)


def is_outside(
    items: Iterable[Item], eligible: Mapping[UUID, Iterable[CommitteeMember]], mine: Collection[UUID], me: Person
) -> bool:
    """Whether somebody who reads a case is no member of its committees and votes for none: an outside reviewer."""
    return not any(one.committee_id in mine or votes_for(eligible.get(one.committee_id, []), me) for one in items)


def _outside(
    item: Item, case: AccessRequest, shown_round: Round, voters: list[CommitteeMember], now: datetime
) -> SeenVotes:
    """The item as an outside reviewer reads it: no votes, and a decision only when everybody may know it."""
    shown = announced(item, now)
    shown.request = case
    rules = rules_in(item.decided_in or shown_round, item.committee)
    decision = decision_of(rules, voters, [], period_over=False)
    why_not = _why_not(shown, None, is_theirs=False, taken=False)
    return SeenVotes(
        item=shown, rules=rules, voters=[], decision=decision, member=None, is_member=False, mine=None,
        choices_shown=False, votes=[], conditions=[] if decision.blind else list(item.conditions.all()),
        why_not=why_not, asks=OpenVote(),
    )  # fmt: skip


def _seen(
    item: Item, shown_round: Round, voters: list[CommitteeMember], votes: list[Vote], me: Person, *, is_member: bool
) -> SeenVotes:
    number = item.decided_in_id or shown_round.pk
    superseded = {vote.supersedes_id for vote in votes}
    current = [vote for vote in votes if vote.round_id == number and vote.pk not in superseded and counts(vote, item)]
    rules, member = rules_in(item.decided_in or shown_round, item.committee), votes_for(voters, me)
    decision = decision_of(rules, voters, current, period_over=is_period_over(rules, item))
    if shown_round.closed_at is not None and item.state == ItemState.OPEN:
        decision, current = replace(decision, votes={}, adopted={}), []
    mine = next((vote for vote in current if vote.voter_id == me.pk), None)
    shown = choices_shown(item, mine, decision)
    taken = member is not None and any(vote.voter_id == member.person_id != me.pk for vote in current)
    why_not = _why_not(item, member, is_theirs=is_member or member is not None, taken=taken)
    return SeenVotes(
        item=item, rules=rules, voters=voters, decision=decision, member=member, is_member=is_member, mine=mine,
        choices_shown=shown, votes=current if shown else [], conditions=conditions_shown(item, decision, me),
        why_not=why_not,
        asks=_asks(item, decision, mine, me) if why_not is None else OpenVote(),
    )  # fmt: skip


def _why_not(item: Item, member: CommitteeMember | None, *, is_theirs: bool, taken: bool) -> WhyNot | None:
    state = item.request.state
    reasons = (
        (WhyNot.DECIDED, item.state != ItemState.OPEN),
        (WhyNot.OTHER_COMMITTEE, not is_theirs),
        (WhyNot.MEMBER_VOTED, taken),
        (WhyNot.JOINED_LATER, member is None),
        (WhyNot.NOT_CHECKED, state == RequestState.SUBMITTED),
        (WhyNot.NOT_IN_REVIEW, state != RequestState.IN_REVIEW),
    )
    return next((reason for reason, holds in reasons if holds), None)


def _asks(item: Item, decision: Decision, mine: Vote | None, me: Person) -> OpenVote:
    if mine is None:
        return OpenVote(waits=True)
    confirm = decision.must_be_confirmed and not let_a_voter_leave(item, me.pk)
    return OpenVote(confirm=confirm, divided=decision.is_divided)

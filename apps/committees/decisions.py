"""The decision rule: what the votes of a committee decide, how many more are needed, and why they cannot decide.

Pure functions of plain values, without the database. The vote command, the recount, the review queue and the request
page all use a `Decision`, so their results are the same. To add a rule: one row in `RULES`, one choice in
`Committee.Rule`, and tests.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Choice(StrEnum):
    """What a member votes. Any other value is not counted."""

    APPROVE = "approve"
    CONDITIONAL = "conditional"
    DENY = "deny"


class Outcome(StrEnum):
    """The transition of the item (a verb of `ITEM_WORKFLOW`); empty while it is undecided."""

    NONE = ""
    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve_with_conditions"
    DENY = "deny"


class Blocked(StrEnum):
    """Why further votes cannot decide the item; empty while they can."""

    NO = ""
    TOO_FEW_VOTERS = "too_few_voters"
    TIE_WITHOUT_CHAIR = "tie_without_chair"


APPROVING = (Choice.APPROVE, Choice.CONDITIONAL)
DENYING = (Choice.DENY,)


@dataclass(frozen=True)
class Decision:
    """The vote on one item: whose votes count, and which have been cast.

    `voters` are the eligible voters. `chair` is one of them, or None. `votes` maps each voter to their choice; votes of
    people who are not eligible are not counted. `rule` is a key of `RULES`; an unknown rule raises KeyError.
    """

    rule: str
    quorum: int
    voters: frozenset[Hashable]
    chair: Hashable | None
    votes: Mapping[Hashable, str]

    @property
    def eligible(self) -> int:
        """How many people may vote."""
        return len(self.voters)

    @property
    def approvals(self) -> int:
        """Votes for access, with or without conditions."""
        return len(self._who_chose(APPROVING))

    @property
    def denials(self) -> int:
        return len(self._who_chose(DENYING))

    @property
    def cast(self) -> int:
        return self.approvals + self.denials

    @property
    def chair_choice(self) -> str:
        """What the chair chose; empty if there is no eligible chair or the chair has not voted."""
        return self.votes.get(self.chair, "") if self.chair in self.voters else ""

    @property
    def any_conditional(self) -> bool:
        return bool(self._who_chose((Choice.CONDITIONAL,)))

    @property
    def outcome(self) -> Outcome:
        """What the votes decide: NONE until the quorum has voted, then the result of the rule."""
        if self.cast < self.quorum:
            return Outcome.NONE
        outcome = RULES[self.rule].outcome(self)
        if outcome == Outcome.APPROVE and self.any_conditional:
            return Outcome.APPROVE_WITH_CONDITIONS
        return outcome

    @property
    def winners(self) -> frozenset[Hashable]:
        """The voters who voted for the outcome; empty while there is none."""
        if not self.outcome:
            return frozenset()
        return self._who_chose(DENYING if self.outcome == Outcome.DENY else APPROVING)

    @property
    def needed(self) -> int:
        """How many matching votes decide, whatever the other voters choose."""
        return max(RULES[self.rule].needed(self), self.quorum)

    @property
    def blocked(self) -> Blocked:
        """Why further votes cannot decide, if they cannot."""
        if too_few(self.eligible, self.quorum):
            return Blocked.TOO_FEW_VOTERS
        if self.cast == self.eligible and not self.outcome:
            return Blocked.TIE_WITHOUT_CHAIR
        return Blocked.NO

    def still_needed(self, choice: str) -> int | None:
        """The fewest further votes for `choice` that decide that way; None if the voters who are left are too few."""
        later, more = self, 0
        waiting = sorted(self.voters - self._who_chose((*APPROVING, *DENYING)), key=lambda voter: voter != self.chair)
        while not later.outcome and waiting:
            later, more = later._with_vote(waiting.pop(0), choice), more + 1
        decides = bool(later.outcome) and (later.outcome == Outcome.DENY) == (choice == Choice.DENY)
        return more if decides else None

    def would_decide(self, voter: Hashable, choice: str) -> bool:
        """Whether this vote would decide the item, if an eligible voter who has not voted yet cast it now."""
        if self.outcome or voter not in self.voters or voter in self.votes:
            return False
        return bool(self._with_vote(voter, choice).outcome)

    def _with_vote(self, voter: Hashable, choice: str) -> "Decision":
        return replace(self, votes={**self.votes, voter: choice})

    def _who_chose(self, choices: tuple[Choice, ...]) -> frozenset[Hashable]:
        return frozenset(voter for voter in self.voters if self.votes.get(voter) in choices)


@dataclass(frozen=True)
class DecisionRule:
    """One way of deciding.

    `outcome` returns approve, deny or none; it is called once the quorum has voted. `needed` returns how many matching
    votes decide. A rule that can be blocked in a way other than a tie adds a reason to `Blocked`.
    """

    outcome: Callable[[Decision], Outcome]
    needed: Callable[[Decision], int]


def too_few(eligible: int, quorum: int) -> bool:
    """Whether the quorum cannot be reached with this many eligible voters."""
    return eligible < quorum


def _majority(vote: Decision) -> Outcome:
    """More than half of the eligible voters; if all have voted and it is a tie, the chair's vote decides."""
    if vote.approvals * 2 > vote.eligible:
        return Outcome.APPROVE
    if vote.denials * 2 > vote.eligible:
        return Outcome.DENY
    if vote.cast == vote.eligible and vote.chair_choice:
        return Outcome.DENY if vote.chair_choice in DENYING else Outcome.APPROVE
    return Outcome.NONE


RULES: dict[str, DecisionRule] = {
    "majority": DecisionRule(outcome=_majority, needed=lambda vote: vote.eligible // 2 + 1),
}

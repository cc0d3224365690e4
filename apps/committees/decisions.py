"""THE decision rule: what the votes of a committee decide, how many more are needed, and why they cannot decide.

Plain values in, answers out; nothing here asks the database. The command that votes, the recount, the list of requests
to review and the page of a case all ask a `Decision`, so they can never disagree. To add a rule: one row in `RULES`,
one choice in `Committee.Rule`, its tests.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Choice(StrEnum):
    """What a vote says. A value that is not listed here counts for nothing."""

    APPROVE = "approve"
    CONDITIONAL = "conditional"
    DENY = "deny"


class Outcome(StrEnum):
    """The step that an item takes (`ITEM_WORKFLOW`); empty while it is undecided."""

    NONE = ""
    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve_with_conditions"
    DENY = "deny"


class Blocked(StrEnum):
    """Why no vote that may still be cast can decide; empty while one can."""

    NO = ""
    TOO_FEW_VOTERS = "too_few_voters"
    TIE_WITHOUT_CHAIR = "tie_without_chair"


APPROVING = (Choice.APPROVE, Choice.CONDITIONAL)
DENYING = (Choice.DENY,)


@dataclass(frozen=True)
class Decision:
    """The vote on one item: whose votes count, and which have been cast.

    `voters` are the eligible voters and `chair` is one of them, or None; `votes` says what each voter chose. A vote of
    anybody who is not eligible counts for nothing. `rule` is a key of `RULES`; another one raises KeyError.
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
        """What the votes decide: nothing before as many as the quorum have voted, then what the rule says."""
        if self.cast < self.quorum:
            return Outcome.NONE
        outcome = RULES[self.rule].outcome(self)
        if outcome == Outcome.APPROVE and self.any_conditional:
            return Outcome.APPROVE_WITH_CONDITIONS
        return outcome

    @property
    def winners(self) -> frozenset[Hashable]:
        """Whose votes made the outcome; nobody's while there is none."""
        if not self.outcome:
            return frozenset()
        return self._who_chose(DENYING if self.outcome == Outcome.DENY else APPROVING)

    @property
    def needed(self) -> int:
        """How many matching votes decide, whatever the others choose."""
        return max(RULES[self.rule].needed(self), self.quorum)

    @property
    def blocked(self) -> Blocked:
        """Why nobody can decide this, if nobody can."""
        if too_few(self.eligible, self.quorum):
            return Blocked.TOO_FEW_VOTERS
        if self.cast == self.eligible and not self.outcome:
            return Blocked.TIE_WITHOUT_CHAIR
        return Blocked.NO

    def still_needed(self, choice: str) -> int | None:
        """The fewest further votes for this choice that decide that way; None if all that are left cannot."""
        later, more = self, 0
        waiting = sorted(self.voters - self._who_chose((*APPROVING, *DENYING)), key=lambda voter: voter != self.chair)
        while not later.outcome and waiting:
            later, more = later._with_vote(waiting.pop(0), choice), more + 1
        decided_so = bool(later.outcome) and (later.outcome == Outcome.DENY) == (choice == Choice.DENY)
        return more if decided_so else None

    def would_decide(self, voter: Hashable, choice: str) -> bool:
        """Whether the item would be decided by this vote, were it cast now by an eligible voter who has not voted."""
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

    `outcome` answers approve, deny or none; it is asked once the quorum has voted. `needed` is how many matching votes
    decide. A rule that can be stuck in a way other than a tie adds a reason to `Blocked`.
    """

    outcome: Callable[[Decision], Outcome]
    needed: Callable[[Decision], int]


def too_few(eligible: int, quorum: int) -> bool:
    """Whether so few people may vote that the quorum cannot be reached."""
    return eligible < quorum


def _majority(vote: Decision) -> Outcome:
    """More than half of the eligible voters; when all have voted and it is a tie, the chair's own vote."""
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

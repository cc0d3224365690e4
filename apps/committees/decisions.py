"""The decision rule: what the votes of a committee decide, how many more are needed, and why they cannot decide.

Pure functions of plain values, without the database. The vote command, the review queue and the case page all use a
`Decision`, so their results are the same. To add a rule: one row in `RULES`, one choice in `Committee.Rule`, and tests.
How conditions are counted: docs/decisions/votes-and-conditions.md.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import product

Voters = frozenset[Hashable]


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
    """Why the votes cannot decide unless one of them is changed; empty while further votes can."""

    NO = ""
    TOO_FEW_VOTERS = "too_few_voters"
    TIE_WITHOUT_CHAIR = "tie_without_chair"
    CONDITIONS_DIVIDED = "conditions_divided"


class Weight(StrEnum):
    """What the next vote may do, from the numbers of votes alone: nothing yet, decide, or decide in any case."""

    NONE = ""
    CAN = "can"
    WILL = "will"


APPROVING = (Choice.APPROVE, Choice.CONDITIONAL)
DENYING = (Choice.DENY,)


@dataclass(frozen=True)
class Decision:
    """The vote on one item: whose votes count, and which have been cast.

    `voters` are the eligible voters. `chair` is one of them, or None. `votes` maps each voter to their choice, and
    `adopted` each voter who approves with conditions to the conditions that they adopt; votes of people who are not
    eligible are not counted. `rule` is a key of `RULES`; an unknown rule raises KeyError.
    """

    rule: str
    quorum: int
    voters: Voters
    chair: Hashable | None
    votes: Mapping[Hashable, str]
    adopted: Mapping[Hashable, frozenset[Hashable]] = field(default_factory=dict)

    @property
    def eligible(self) -> int:
        """How many people may vote."""
        return len(self.voters)

    @property
    def approvals(self) -> int:
        """Votes to approve, with or without conditions."""
        return len(self._who_chose(*APPROVING))

    @property
    def denials(self) -> int:
        return len(self._who_chose(*DENYING))

    @property
    def cast(self) -> int:
        return self.approvals + self.denials

    @property
    def chair_is_eligible(self) -> bool:
        return self.chair in self.voters

    @property
    def conditions(self) -> frozenset[Hashable]:
        """The conditions that an approval contains: those that as many voters adopt as an approval needs."""
        conditional = self._who_chose(Choice.CONDITIONAL)
        named = frozenset[Hashable]().union(*(self.adopted.get(voter, frozenset()) for voter in conditional))
        return frozenset(one for one in named if self._carries(self.adopters(one), Choice.APPROVE))

    def adopters(self, condition: Hashable) -> Voters:
        """The voters who adopt this condition."""
        conditional = self._who_chose(Choice.CONDITIONAL)
        return frozenset(voter for voter in conditional if condition in self.adopted.get(voter, frozenset()))

    @property
    def supporters(self) -> Voters:
        """The voters who agree to an approval with exactly `conditions`.

        A vote with conditions supports it only if every condition that it adopts is contained.
        """
        contained = self.conditions
        conditional = self._who_chose(Choice.CONDITIONAL)
        content = {voter for voter in conditional if self.adopted.get(voter) and self.adopted[voter] <= contained}
        return self._who_chose(Choice.APPROVE) | content

    @property
    def outcome(self) -> Outcome:
        """What the votes decide: NONE until the quorum has voted, then the result of the rule."""
        if self.cast < self.quorum:
            return Outcome.NONE
        if self._carries(self._who_chose(*DENYING), Choice.DENY):
            return Outcome.DENY
        if self._carries(self.supporters, Choice.APPROVE):
            return Outcome.APPROVE_WITH_CONDITIONS if self.conditions else Outcome.APPROVE
        return Outcome.NONE

    @property
    def winners(self) -> Voters:
        """The voters who voted for the outcome; empty while there is none."""
        if not self.outcome:
            return frozenset()
        return self._who_chose(*DENYING) if self.outcome == Outcome.DENY else self.supporters

    @property
    def needed(self) -> int:
        """How many matching votes decide once the quorum has voted, whatever the other voters choose."""
        return RULES[self.rule].needed(self.eligible)

    @property
    def waits_for_quorum(self) -> bool:
        """Whether `needed` matching votes alone do not decide, because the quorum is higher."""
        return self.quorum > self.needed

    @property
    def needs_everyone(self) -> bool:
        """Whether every eligible voter has to vote, because they are just the quorum."""
        return self.eligible == self.quorum

    @property
    def blocked(self) -> Blocked:
        """Why further votes cannot decide, if they cannot."""
        if too_few(self.eligible, self.quorum):
            return Blocked.TOO_FEW_VOTERS
        if self.cast < self.eligible or self.outcome:
            return Blocked.NO
        if self._carries(self._who_chose(*APPROVING), Choice.APPROVE):
            return Blocked.CONDITIONS_DIVIDED
        return Blocked.TIE_WITHOUT_CHAIR

    @property
    def is_divided(self) -> bool:
        """Whether everybody has voted and the votes do not decide: each voter may change theirs."""
        return self.blocked in (Blocked.TIE_WITHOUT_CHAIR, Blocked.CONDITIONS_DIVIDED)

    @property
    def must_be_confirmed(self) -> bool:
        """Whether everybody who is left has voted and the votes decide: a voter left after the last vote was cast.

        Losing a voter decides nothing. One of the voters confirms or changes their vote, and that decides.
        """
        return self.cast == self.eligible and bool(self.outcome)

    def weight_of(self, voter: Hashable, *, conditions_proposed: bool = False) -> Weight:
        """What a vote to approve or deny by this voter may do now; NONE if they have voted or may not vote.

        Computed from numbers (votes cast, eligible voters, whether the chair has voted), never from choices. Where
        conditions are proposed no vote decides in any case, because voters may disagree about them.
        """
        if voter not in self.voters or self.votes.get(voter) in (*APPROVING, *DENYING):
            return Weight.NONE
        undecided = [vote for vote in self._possible() if not vote.outcome]
        decides = [
            bool(vote._with_vote(voter, choice).outcome)
            for vote in undecided
            for choice in (Choice.APPROVE, Choice.DENY)
        ]
        if not undecided:
            return Weight.CAN
        if all(decides) and not conditions_proposed:
            return Weight.WILL
        return Weight.CAN if any(decides) else Weight.NONE

    def _possible(self) -> Iterator["Decision"]:
        """The votes cast, in every way in which as many people could have approved and denied."""
        voted = self._who_chose(*APPROVING, *DENYING)
        others, chair = sorted(voted - {self.chair}, key=repr), voted & {self.chair}
        for approvals, chose in product(range(len(others) + 1), (Choice.APPROVE, Choice.DENY)):
            votes = {voter: Choice.APPROVE if n < approvals else Choice.DENY for n, voter in enumerate(others)}
            yield replace(self, votes=votes | dict.fromkeys(chair, chose), adopted={})

    def _with_vote(self, voter: Hashable, choice: str) -> "Decision":
        return replace(self, votes={**self.votes, voter: choice})

    def _carries(self, group: Voters, choice: Choice) -> bool:
        return RULES[self.rule].carries(self, group, choice)

    def _who_chose(self, *choices: Choice) -> Voters:
        return frozenset(voter for voter in self.voters if self.votes.get(voter) in choices)


@dataclass(frozen=True)
class DecisionRule:
    """One way of deciding.

    `carries` says whether this group of voters, who agree on approve or deny, decides; it is called once the quorum has
    voted, and for each condition with its adopters. `needed` says, for a number of eligible voters, how many matching
    votes decide. A rule that can be blocked in a way other than a tie adds a reason to `Blocked`.
    """

    carries: Callable[[Decision, Voters, Choice], bool]
    needed: Callable[[int], int]


def too_few(eligible: int, quorum: int) -> bool:
    """Whether the quorum cannot be reached with this many eligible voters."""
    return eligible < quorum


def _majority(vote: Decision, group: Voters, _choice: Choice) -> bool:
    """More than half of the eligible voters; if all have voted and as many approve as deny, the chair's whole side."""
    if len(group) * 2 > vote.eligible:
        return True
    tie = vote.cast == vote.eligible and vote.approvals == vote.denials
    return tie and len(group) * 2 == vote.eligible and vote.chair_is_eligible and vote.chair in group


RULES: dict[str, DecisionRule] = {
    "majority": DecisionRule(carries=_majority, needed=lambda eligible: eligible // 2 + 1),
}

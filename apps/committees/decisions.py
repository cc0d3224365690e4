"""The decision rule: what the votes of a committee decide, how many more are needed, and why they cannot decide.

Pure functions of plain values, without the database. The vote command, the review queue and the case page all use a
`Decision`, so their results are the same. To add a rule: one row in `RULES`, one choice in `Committee.Rule`, and tests.
How conditions are counted: docs/decisions/votes-and-conditions.md.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from itertools import product

Voters = frozenset[Hashable]


class Choice(StrEnum):
    """What a member votes. Any other value is not counted."""

    APPROVE = "approve"
    CONDITIONAL = "conditional"
    DENY = "deny"
    ABSTAIN = "abstain"


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
    NO_CHAIR = "no_chair"
    TIE_WITHOUT_CHAIR = "tie_without_chair"
    CONDITIONS_DIVIDED = "conditions_divided"
    ABSTAINED = "abstained"


class Weight(StrEnum):
    """What the next vote may do, from the numbers of votes alone: nothing yet, decide, or decide in any case.

    WILL is said of votes for or against: members who abstained may leave it undecided.
    """

    NONE = ""
    CAN = "can"
    WILL = "will"


APPROVING = (Choice.APPROVE, Choice.CONDITIONAL)
DENYING = (Choice.DENY,)
COUNTED = (*APPROVING, *DENYING, Choice.ABSTAIN)
TRIED = (Choice.APPROVE, Choice.DENY, Choice.ABSTAIN)  # an approval with conditions carries as one without does


@dataclass(frozen=True)
class VotingRules:
    """How a committee decides; a round keeps what was valid when it began.

    `rule` is a key of `RULES`, `quorum` how many must vote, `votes_needed` the k of the rule k of n, and with `veto`
    one denial denies. With `blind` nobody reads a vote of others, and nothing is decided, before everybody has voted or
    the due date is over.
    """

    rule: str
    quorum: int
    votes_needed: int = 1
    veto: bool = False
    blind: bool = False


@dataclass(frozen=True)
class Decision:
    """The vote on one item: whose votes count, and which have been cast.

    `voters` are the eligible voters. `chair` is one of them, or None. `votes` maps each voter to their choice, and
    `adopted` each voter who approves with conditions to the conditions that they adopt; votes of people who are not
    eligible are not counted. `rule`, `quorum`, `votes_needed` and `veto` are those of `VotingRules`; an unknown rule
    raises KeyError. An abstention counts for the quorum and for neither side. `blind` is that of `VotingRules`, and
    `period_over` says that the time to vote without reading the others' votes has passed.
    """

    rule: str
    quorum: int
    voters: Voters
    chair: Hashable | None
    votes: Mapping[Hashable, str]
    adopted: Mapping[Hashable, frozenset[Hashable]] = field(default_factory=dict)
    votes_needed: int = 1
    veto: bool = False
    blind: bool = False
    period_over: bool = False

    @property
    def is_hidden(self) -> bool:
        """Whether this is the blind look: nobody reads the votes of others, and they decide nothing yet."""
        return self.blind and not self.period_over and self.eligible > 1 and self.cast < self.eligible

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
    def abstentions(self) -> int:
        return len(self._who_chose(Choice.ABSTAIN))

    @property
    def cast(self) -> int:
        return len(self._who_chose(*COUNTED))

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
        """What the votes decide: NONE until the quorum has voted, then the result of the rule.

        Where the votes carry both sides, as one vote of each kind does under the rule any one, they deny.
        """
        if self.cast < self.quorum or self.lacks_chair or self.is_hidden:
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
        """How many approvals decide once the quorum has voted, whatever the other voters choose."""
        return RULES[self.rule].needed(self, Choice.APPROVE)

    @property
    def needed_to_deny(self) -> int:
        """How many denials decide once the quorum has voted, whatever the other voters choose."""
        return 1 if self.veto else RULES[self.rule].needed(self, Choice.DENY)

    @property
    def waits_for_quorum(self) -> bool:
        """Whether that many votes alone do not decide, because the quorum is higher."""
        return self.quorum > min(self.needed, self.needed_to_deny)

    @property
    def lacks_chair(self) -> bool:
        """Whether the rule needs the chair's vote and no eligible voter is the chair."""
        return RULES[self.rule].needs_chair and not self.chair_is_eligible

    @property
    def needs_everyone(self) -> bool:
        """Whether every eligible voter has to vote, because they are just the quorum."""
        return self.eligible == self.quorum

    @property
    def blocked(self) -> Blocked:
        """Why further votes cannot decide, if they cannot."""
        if too_few(self.eligible, self.quorum):
            return Blocked.TOO_FEW_VOTERS
        if self.lacks_chair:
            return Blocked.NO_CHAIR
        if self.cast < self.eligible or self.outcome:
            return Blocked.NO
        if self._carries(self._who_chose(*APPROVING), Choice.APPROVE):
            return Blocked.CONDITIONS_DIVIDED
        if RULES[self.rule].chair_breaks_ties and 0 < self.approvals == self.denials:
            return Blocked.TIE_WITHOUT_CHAIR
        return Blocked.ABSTAINED

    @property
    def is_divided(self) -> bool:
        """Whether everybody has voted and the votes do not decide: each voter may change theirs."""
        return self.blocked in (Blocked.TIE_WITHOUT_CHAIR, Blocked.CONDITIONS_DIVIDED, Blocked.ABSTAINED)

    @property
    def is_hopeless(self) -> bool:
        """Whether no vote in this round can decide: too few voters, or no chair where the chair decides."""
        return self.blocked in (Blocked.TOO_FEW_VOTERS, Blocked.NO_CHAIR)

    @property
    def must_be_confirmed(self) -> bool:
        """Whether everybody who is left has voted and the votes decide: a voter left after the last vote was cast, or
        the votes of a blind look are shown now, also because its period is over.

        Neither decides anything. One of the voters confirms or changes their vote, and that decides.
        """
        return (self.cast == self.eligible or (self.blind and self.period_over)) and bool(self.outcome)

    def weight_of(self, voter: Hashable, *, conditions_proposed: bool = False) -> Weight:
        """What a vote to approve or deny by this voter may do now; NONE if they have voted or may not vote.

        Computed from numbers (votes cast, eligible voters, whether the chair has voted), never from choices. Where
        conditions are proposed no vote decides in any case, because voters may disagree about them.
        """
        voted = self._who_chose(*COUNTED)
        if voter not in self.voters or voter in voted or self.is_hidden:
            return Weight.NONE
        chair: int | None = None
        if self.chair_is_eligible:
            chair = 0 if self.chair == voter else 1 if self.chair in voted else self.eligible - 1
        rules = VotingRules(self.rule, self.quorum, self.votes_needed, self.veto)
        weight = _weight_from_numbers(RULES[self.rule], rules, self.eligible, len(voted), chair)
        return Weight.CAN if weight == Weight.WILL and conditions_proposed else weight

    @property
    def next_deciders(self) -> Voters:
        """The voters who have not voted and whose vote alone can decide now; nobody in the blind look.

        Computed from the choices: only for those who may read them. A vote with conditions is tried with each set of
        conditions that somebody adopts.
        """
        if self.outcome or self.is_hidden:
            return frozenset()
        left = self.voters - self._who_chose(*COUNTED)
        return frozenset(voter for voter in left if any(vote.outcome for vote in self._next_votes(voter)))

    def _next_votes(self, voter: Hashable) -> Iterator["Decision"]:
        """The vote with each thing that this voter can say."""
        for choice in TRIED:
            yield self._with_vote(voter, choice)
        for adopted in {self.adopted.get(one, frozenset()) for one in self._who_chose(Choice.CONDITIONAL)}:
            yield replace(self._with_vote(voter, Choice.CONDITIONAL), adopted={**self.adopted, voter: adopted})

    def _with_vote(self, voter: Hashable, choice: str) -> "Decision":
        return replace(self, votes={**self.votes, voter: choice})

    def _carries(self, group: Voters, choice: Choice) -> bool:
        if self.veto and choice == Choice.DENY and group:
            return True
        return RULES[self.rule].carries(self, group, choice)

    def _who_chose(self, *choices: Choice) -> Voters:
        return frozenset(voter for voter in self.voters if self.votes.get(voter) in choices)


@dataclass(frozen=True)
class DecisionRule:
    """One way of deciding.

    `carries` says whether this group of voters, who agree on approve or deny, decides; it is called once the quorum has
    voted, and for each condition with its adopters. `needed` says how many votes of this kind decide, whatever the
    others choose. `needs_chair`: nothing is decided without an eligible chair. A rule that can be blocked in a way
    other than a tie or an abstention adds a reason to `Blocked`.
    """

    carries: Callable[[Decision, Voters, Choice], bool]
    needed: Callable[[Decision, Choice], int]
    needs_chair: bool = False
    chair_breaks_ties: bool = False


@lru_cache(maxsize=4096)
def _weight_from_numbers(_row: DecisionRule, rules: VotingRules, eligible: int, cast: int, chair: int | None) -> Weight:
    """What the vote of voter 0 may do when voters 1 to `cast` have voted: all that they may have chosen is tried.

    `chair` is the number of the chair. `_row` is `RULES[rules.rule]`, and part of what the answer is kept for.
    """
    start = Decision(
        rules.rule, rules.quorum, frozenset(range(eligible)), chair, {}, {}, rules.votes_needed, rules.veto
    )
    possible = [vote for vote in _possible(start, cast) if not vote.outcome]
    taken_sides = [vote for vote in possible if not vote.abstentions]
    if not taken_sides:
        return Weight.CAN
    sides = (Choice.APPROVE, Choice.DENY)
    if all(vote._with_vote(0, choice).outcome for vote in taken_sides for choice in sides):
        return Weight.WILL
    decides = any(vote._with_vote(0, choice).outcome for vote in possible for choice in TRIED)
    return Weight.CAN if decides else Weight.NONE


def _possible(start: Decision, cast: int) -> Iterator[Decision]:
    """The vote in every way in which as many people could have voted; who of them chose what matters for the chair."""
    chair = [start.chair] if start.chair in range(1, cast + 1) else []
    others = [voter for voter in range(1, cast + 1) if voter not in chair]
    for approvals, denials in product(range(len(others) + 1), repeat=2):
        if approvals + denials > len(others):
            continue
        said = [Choice.APPROVE] * approvals + [Choice.DENY] * denials
        said += [Choice.ABSTAIN] * (len(others) - len(said))
        for chose in TRIED if chair else TRIED[:1]:
            yield replace(start, votes={**dict(zip(others, said, strict=True)), **dict.fromkeys(chair, chose)})


def too_few(eligible: int, quorum: int) -> bool:
    """Whether the quorum cannot be reached with this many eligible voters."""
    return eligible < quorum


def _any_one(_vote: Decision, group: Voters, _choice: Choice) -> bool:
    """One voter."""
    return bool(group)


def _majority(vote: Decision, group: Voters, _choice: Choice) -> bool:
    """More than half of the eligible voters who do not abstain; if all have voted and as many approve as deny, the
    chair's whole side.
    """
    taking_sides = vote.eligible - vote.abstentions
    if len(group) * 2 > taking_sides:
        return True
    tie = vote.cast == vote.eligible and vote.approvals == vote.denials
    return tie and len(group) * 2 == taking_sides and vote.chair_is_eligible and vote.chair in group


def _k_of_n(vote: Decision, group: Voters, choice: Choice) -> bool:
    """So many voters to approve; to deny, so many that those who are left cannot approve any more."""
    return vote.votes_needed <= vote.eligible and len(group) >= _needed_of_k(vote, choice)


def _needed_of_k(vote: Decision, choice: Choice) -> int:
    left = vote.eligible - vote.votes_needed
    return max(1, left + 1 if choice == Choice.DENY else vote.votes_needed)


def _unanimous(vote: Decision, group: Voters, choice: Choice) -> bool:
    """Every eligible voter who does not abstain; one voter denies."""
    everybody = vote.eligible - vote.abstentions
    return bool(group) if choice == Choice.DENY else 0 < len(group) == everybody


def _chair(vote: Decision, group: Voters, _choice: Choice) -> bool:
    """The chair; the votes of the others advise."""
    return vote.chair_is_eligible and vote.chair in group


RULES: dict[str, DecisionRule] = {
    "any_one": DecisionRule(carries=_any_one, needed=lambda _vote, _choice: 1),
    "majority": DecisionRule(
        carries=_majority, needed=lambda vote, _choice: vote.eligible // 2 + 1, chair_breaks_ties=True
    ),
    "k_of_n": DecisionRule(carries=_k_of_n, needed=_needed_of_k),
    "unanimous": DecisionRule(
        carries=_unanimous, needed=lambda vote, choice: 1 if choice == Choice.DENY else max(1, vote.eligible)
    ),
    "chair": DecisionRule(carries=_chair, needed=lambda _vote, _choice: 1, needs_chair=True),
}

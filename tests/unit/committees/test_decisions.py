"""The decision rule is one object: it says what is decided, what the next vote may do, and why votes cannot decide."""

from itertools import product

import pytest

from apps.access_requests.models import Vote
from apps.access_requests.states import ITEM_WORKFLOW, ItemState
from apps.committees import decisions
from apps.committees.decisions import RULES, Blocked, Choice, Decision, DecisionRule, Outcome, Weight
from apps.committees.models import Committee

CHAIR = 0
FIRST, SECOND = "a person outside the project checks exports", "a report after six months"


def decision(
    voters: int,
    votes: dict[int, str],
    *,
    quorum: int = 2,
    chair: int | None = CHAIR,
    adopted: dict[int, set[str]] | None = None,
) -> Decision:
    sets = {voter: frozenset(some) for voter, some in (adopted or {}).items()}
    return Decision("majority", quorum, frozenset(range(voters)), chair, votes, sets)


def test_every_rule_a_committee_can_have_is_a_row_of_the_table() -> None:
    assert set(Committee.Rule.values) == set(RULES)


def test_control_a_rule_without_a_row_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RULES, "majority")
    with pytest.raises(KeyError):
        _ = decision(3, {0: "approve", 1: "approve"}).outcome


def test_the_choices_of_a_vote_and_the_outcomes_are_those_of_the_models() -> None:
    assert set(Vote.Choice.values) == set(Choice)
    steps = set(ITEM_WORKFLOW.verbs(ItemState.OPEN))
    assert {outcome.value for outcome in Outcome if outcome} | {"withdraw", "end_appeal"} == steps


def test_the_vote_of_somebody_who_is_not_eligible_counts_for_nothing() -> None:
    vote = decision(3, {0: "approve", 7: "approve", 8: "deny"})
    assert (vote.cast, vote.outcome, vote.winners) == (1, Outcome.NONE, frozenset())


def test_a_chair_who_is_not_eligible_breaks_no_tie() -> None:
    assert decision(2, {0: "approve", 1: "deny"}).outcome == Outcome.APPROVE
    assert decision(2, {0: "approve", 1: "deny", 7: "approve"}, chair=7).outcome == Outcome.NONE


def test_a_choice_that_nobody_knows_counts_for_nothing() -> None:
    assert decision(3, {0: "perhaps", 1: "perhaps"}).cast == 0
    assert decision(1, {0: "perhaps"}, quorum=1).weight_of(0) == Weight.WILL, "it is as if they had not voted"


# ----------------------------------------------------------------------------------------------------- conditions
@pytest.mark.parametrize(
    ("votes", "adopted", "outcome", "contained", "winners"),
    [
        # One member's sentence never enters the decision: 3 eligible voters, 2 matching votes decide.
        (["approve", "conditional"], {1: {FIRST}}, "", set(), set()),
        (["approve", "conditional", "approve"], {1: {FIRST}}, "approve", set(), {0, 2}),
        (["approve", "conditional", "conditional"], {1: {FIRST}, 2: {FIRST}}, "approve_with_conditions", {FIRST},
         {0, 1, 2}),
        (["conditional", "conditional"], {0: {FIRST}, 1: {FIRST}}, "approve_with_conditions", {FIRST}, {0, 1}),
        (["conditional", "conditional"], {0: {FIRST}, 1: {SECOND}}, "", set(), set()),
        (["conditional", "conditional", "conditional"], {0: {FIRST}, 1: {SECOND}, 2: {FIRST}},
         "approve_with_conditions", {FIRST}, {0, 2}),
        (["conditional", "conditional"], {0: {FIRST, SECOND}, 1: {FIRST}}, "", {FIRST}, set()),
        (["conditional", "conditional"], {0: {FIRST, SECOND}, 1: {FIRST, SECOND}}, "approve_with_conditions",
         {FIRST, SECOND}, {0, 1}),
        (["deny", "conditional", "deny"], {1: {FIRST}}, "deny", set(), {0, 2}),
        (["approve", "conditional", "deny"], {1: {FIRST}}, "", set(), set()),
        # What a plain approval or a denial names is not adopted; a conditional vote without a condition supports
        # nothing.
        (["approve", "approve"], {0: {FIRST}, 1: {FIRST}}, "approve", set(), {0, 1}),
        (["deny", "deny"], {0: {FIRST}, 1: {FIRST}}, "deny", set(), {0, 1}),
        (["conditional", "conditional"], {}, "", set(), set()),
        (["conditional", "conditional", "approve"], {0: set()}, "", set(), set()),
    ],
)  # fmt: skip
def test_a_condition_enters_if_as_many_adopt_it_as_the_decision_needs(
    votes: list[str], adopted: dict[int, set[str]], outcome: str, contained: set[str], winners: set[int]
) -> None:
    """Case 6."""
    vote = decision(3, dict(enumerate(votes)), adopted=adopted)
    assert (vote.outcome, vote.conditions, vote.winners) == (outcome, contained, winners)


def test_in_a_full_tie_the_chair_decides_on_conditions_too() -> None:
    both = {0: {FIRST}, 1: {FIRST}}
    votes = {0: "conditional", 1: "conditional", 2: "deny", 3: "deny"}
    tie = decision(4, votes, adopted=both)
    assert (tie.outcome, tie.conditions) == ("approve_with_conditions", {FIRST})
    assert decision(4, votes, adopted=both, chair=2).outcome == "deny"
    assert decision(4, votes, adopted=both, chair=None).outcome == ""
    assert decision(4, votes, adopted={0: {FIRST}, 1: {SECOND}}).blocked == Blocked.CONDITIONS_DIVIDED
    no_tie = decision(2, {0: "conditional", 1: "approve"}, adopted={0: {FIRST}})
    assert (no_tie.outcome, no_tie.conditions) == ("", frozenset()), "the chair alone puts no condition in"
    early = decision(4, {0: "conditional", 1: "conditional"}, adopted=both)
    assert (early.outcome, early.conditions) == ("", frozenset())


@pytest.mark.parametrize("voters", [1, 2, 3, 4])
@pytest.mark.parametrize("chair", [CHAIR, None])
def test_every_vote_with_conditions_enumerated(voters: int, chair: int | None) -> None:
    """Case 6: the rule written a second time, over all choices and all adopted conditions."""
    options: list[tuple[str, frozenset[str]]] = [("", frozenset()), ("approve", frozenset()), ("deny", frozenset())]
    options += [("conditional", frozenset(some)) for some in ({FIRST}, {SECOND}, {FIRST, SECOND})]
    for said in product(options, repeat=voters):
        votes = {n: choice for n, (choice, _some) in enumerate(said) if choice}
        adopted = {n: set(some) for n, (_choice, some) in enumerate(said) if some}
        vote, everyone_voted = decision(voters, votes, adopted=adopted, chair=chair, quorum=1), len(votes) == voters
        full_tie = everyone_voted and 2 * list(votes.values()).count("deny") == voters

        def enough(group: set[int], tie: bool = full_tie) -> bool:
            return 2 * len(group) > voters or (tie and chair in group and 2 * len(group) == voters)

        entering = {one for one in (FIRST, SECOND) if enough({n for n in adopted if one in adopted[n]})}
        support = {n for n, choice in votes.items() if choice == "approve"}
        support |= {n for n, some in adopted.items() if some <= entering}
        denying = {n for n, choice in votes.items() if choice == "deny"}
        expected = ""
        if enough(denying):
            expected = "deny"
        elif enough(support):
            expected = "approve_with_conditions" if entering else "approve"
        assert vote.outcome == expected, said
        assert vote.winners == (denying if expected == "deny" else support if expected else set()), said
        assert vote.must_be_confirmed == (everyone_voted and bool(expected)), said


# ---------------------------------------------------------------------------------------------------- what is said
@pytest.mark.parametrize(
    ("voters", "quorum", "votes", "chair", "why"),
    [
        (1, 2, {}, 0, Blocked.TOO_FEW_VOTERS),
        (1, 2, {0: "approve"}, 0, Blocked.TOO_FEW_VOTERS),
        (2, 2, {0: "approve", 1: "deny"}, None, Blocked.TIE_WITHOUT_CHAIR),
        (2, 2, {0: "approve", 1: "deny"}, 0, Blocked.NO),
        (2, 2, {0: "approve"}, None, Blocked.NO),
        (3, 2, {0: "approve", 1: "deny"}, None, Blocked.NO),
        (2, 2, {0: "conditional", 1: "conditional"}, 0, Blocked.CONDITIONS_DIVIDED),
        (2, 2, {0: "approve", 1: "conditional"}, 0, Blocked.CONDITIONS_DIVIDED),
        (2, 2, {0: "approve", 1: "conditional"}, None, Blocked.CONDITIONS_DIVIDED),
        (4, 2, {0: "approve", 1: "conditional", 2: "deny", 3: "deny"}, 0, Blocked.CONDITIONS_DIVIDED),
        (4, 2, {0: "approve", 1: "conditional", 2: "deny", 3: "deny"}, None, Blocked.TIE_WITHOUT_CHAIR),
        (3, 2, {0: "conditional", 1: "conditional"}, 0, Blocked.NO),
        (3, 2, {0: "conditional", 1: "conditional", 2: "deny"}, 0, Blocked.CONDITIONS_DIVIDED),
    ],
)
def test_it_says_why_the_votes_cannot_decide(
    voters: int, quorum: int, votes: dict[int, str], chair: int | None, why: Blocked
) -> None:
    adopted = {voter: {f"condition of {voter}"} for voter, choice in votes.items() if choice == "conditional"}
    assert decision(voters, votes, quorum=quorum, chair=chair, adopted=adopted).blocked == why


@pytest.mark.parametrize(
    ("voters", "quorum", "needed"), [(1, 1, 1), (2, 2, 2), (3, 2, 2), (4, 2, 3), (5, 4, 3), (6, 2, 4)]
)
def test_the_number_of_matching_votes_is_that_of_the_rule_and_not_the_quorum(
    voters: int, quorum: int, needed: int
) -> None:
    """With a quorum of 4 of 5, three matching votes decide once four have voted; saying four would overstate."""
    assert decision(voters, {}, quorum=quorum).needed == needed
    assert decision(voters, {}, quorum=quorum).waits_for_quorum == (quorum > needed)
    assert decision(voters, {}, quorum=quorum).needs_everyone == (quorum == voters)
    votes = dict(enumerate(["approve"] * needed + ["deny"] * max(0, quorum - needed)))
    assert decision(voters, votes, quorum=quorum).outcome == "approve"
    del votes[0]
    assert decision(voters, votes, quorum=quorum).outcome == ""


@pytest.mark.parametrize(
    ("voters", "quorum", "voted", "chair", "weight"),
    [
        (1, 1, 0, 0, Weight.WILL),
        (1, 2, 0, 0, Weight.NONE),
        (3, 2, 0, 0, Weight.NONE),
        (3, 2, 1, 0, Weight.CAN),
        (3, 2, 2, 0, Weight.WILL),
        (3, 3, 1, 0, Weight.NONE),
        (4, 2, 2, 0, Weight.CAN),
        (4, 2, 3, 0, Weight.WILL),
        (4, 2, 3, None, Weight.CAN),  # it may become a tie that nobody breaks
        (5, 5, 3, 0, Weight.NONE),
        (5, 5, 4, 0, Weight.WILL),
    ],
)
def test_it_says_what_the_next_vote_may_do_from_numbers_alone(
    voters: int, quorum: int, voted: int, chair: int | None, weight: Weight
) -> None:
    """Case 15: the same for every combination of choices behind the same numbers."""
    last = voters - 1
    said = set()
    for choices in product(["approve", "deny"], repeat=voted):
        vote = decision(voters, dict(enumerate(choices)), quorum=quorum, chair=chair)
        if not vote.outcome:
            said.add(vote.weight_of(last))
    assert said == {weight}


def test_what_it_says_of_the_next_vote_is_true() -> None:
    """Case 15: WILL decides whatever is chosen; where it says nothing, no choice decides. All votes of 1 to 5 voters.

    Where conditions are proposed, nothing is promised.
    """
    options = {"": frozenset(), "approve": frozenset(), "deny": frozenset(), "conditional": frozenset({FIRST})}
    for voters, quorum, chair in product(range(1, 6), range(1, 5), (CHAIR, None)):
        for choices in product(options, repeat=voters - 1):
            votes = {n: choice for n, choice in enumerate(choices) if choice}
            adopted = {n: set(options[choice]) for n, choice in votes.items() if choice == "conditional"}
            vote, me = decision(voters, votes, quorum=quorum, chair=chair, adopted=adopted), voters - 1
            if vote.outcome:
                continue
            weight = vote.weight_of(me, conditions_proposed="conditional" in choices)
            mine = [vote._with_vote(me, choice) for choice in ("approve", "deny")]
            decides = [bool(after.outcome) for after in mine]
            assert weight != Weight.WILL or all(decides), (votes, quorum, chair)
            assert weight != Weight.NONE or not any(decides), (votes, quorum, chair)


def test_nothing_is_said_of_a_vote_that_cannot_be_cast() -> None:
    vote = decision(3, {1: "approve"})
    assert vote.weight_of(2) == Weight.CAN
    assert vote.weight_of(1) == Weight.NONE, "this person has voted"
    assert vote.weight_of(7) == Weight.NONE, "this person is not eligible"
    assert decision(3, {1: "approve", 2: "approve"}).weight_of(0) == Weight.WILL, "one and one, for all that is known"
    assert decision(3, {1: "approve", 2: "deny"}).weight_of(0, conditions_proposed=True) == Weight.CAN
    assert decision(1, {7: "approve"}, quorum=1).weight_of(0) == Weight.WILL


def test_a_vote_is_confirmed_only_when_everybody_left_has_voted() -> None:
    """Case 1."""
    assert decision(2, {0: "deny", 1: "deny", 7: "approve"}).must_be_confirmed
    assert not decision(3, {0: "deny", 1: "deny"}).must_be_confirmed, "somebody is left to vote"
    assert not decision(2, {0: "deny", 1: "approve"}, chair=None).must_be_confirmed, "the votes do not decide"
    assert not decision(0, {}).must_be_confirmed


def test_another_rule_is_one_more_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any one voter approves, and every voter can veto: the row alone says so, for every question."""

    def carries(vote: Decision, group: frozenset[object], choice: Choice) -> bool:
        return bool(group) and (choice == Choice.DENY or not vote.denials)

    monkeypatch.setitem(RULES, "any_one_with_veto", DecisionRule(carries=carries, needed=lambda vote, choice: 1))
    fresh = Decision("any_one_with_veto", 1, frozenset(range(5)), None, {})
    assert (fresh.needed, fresh.weight_of(3)) == (1, Weight.WILL)
    assert Decision("any_one_with_veto", 2, frozenset(range(5)), None, {1: "approve", 2: "deny"}).outcome == "deny"
    settled = Decision("any_one_with_veto", 1, frozenset(range(5)), None, {1: "approve"})
    assert (settled.outcome, settled.weight_of(3)) == ("approve", Weight.CAN)


def test_what_a_vote_may_do_follows_rules_that_treat_approving_and_denying_differently(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One vote of one kind decides; the other kind decides only if everybody chooses it. Each choice is looked at."""

    def one_decides(deciding: Choice) -> DecisionRule:
        def carries(vote: Decision, group: frozenset[object], choice: Choice) -> bool:
            return bool(group) if choice == deciding else len(group) == vote.eligible

        return DecisionRule(carries=carries, needed=lambda vote, choice: 1)

    for deciding in (Choice.APPROVE, Choice.DENY):
        monkeypatch.setitem(RULES, "one_decides", one_decides(deciding))
        other = "deny" if deciding == Choice.APPROVE else "approve"
        assert Decision("one_decides", 1, frozenset(range(2)), None, {}).weight_of(1) == Weight.CAN
        for chair in (CHAIR, None):
            last = Decision("one_decides", 1, frozenset(range(2)), chair, {0: other})
            assert last.weight_of(1) == Weight.WILL, "both choices decide when the other voter chose the other kind"


@pytest.mark.parametrize("mine", ["approve", "conditional", "deny"])
def test_nothing_is_said_of_a_second_vote_that_would_decide(mine: str) -> None:
    assert decision(3, {0: "approve", 1: mine, 2: "deny"}, chair=None).weight_of(1) == Weight.NONE
    assert decision(1, {0: mine}, quorum=1).weight_of(0) == Weight.NONE


@pytest.mark.parametrize(
    ("voters", "votes", "divided"),
    [
        (1, {}, False),  # too few voters
        (2, {0: "approve"}, False),
        (2, {0: "approve", 1: "approve"}, False),
        (2, {0: "approve", 1: "deny"}, True),
        (2, {0: "approve", 1: "conditional"}, True),
    ],
)
def test_votes_are_divided_when_all_are_cast_and_none_decides(
    voters: int, votes: dict[int, str], divided: bool
) -> None:
    assert decision(voters, votes, chair=None, adopted={1: {FIRST}}).is_divided == divided


def test_a_committee_has_too_few_members_below_its_quorum() -> None:
    assert decisions.too_few(1, 2)
    assert not decisions.too_few(2, 2)


def test_who_can_decide_next_follows_the_choices_and_not_only_the_numbers() -> None:
    assert decision(3, {0: "approve"}).next_deciders == {1, 2}, "one more approval is the majority"
    assert decision(5, {0: "approve"}).next_deciders == frozenset(), "two more are needed"
    assert decision(3, {0: "conditional"}, adopted={0: {FIRST}}).next_deciders == {1, 2}, "who adopts the same"
    assert decision(3, {0: "approve", 1: "approve"}).next_deciders == frozenset(), "it is decided"
    assert Decision("chair", 1, frozenset(range(3)), CHAIR, {1: "deny"}).next_deciders == {CHAIR}
    split = {0: "deny", 1: "approve"}
    assert decision(3, split).next_deciders == {2}, "the control: without the blind look the third voter decides"
    assert Decision("majority", 2, frozenset(range(3)), CHAIR, split, blind=True).next_deciders == frozenset()

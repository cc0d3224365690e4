"""The decision rule is one object: it says what is decided, what is still needed and why nothing can be decided."""

import pytest

from apps.access_requests.models import Vote
from apps.access_requests.states import ITEM_WORKFLOW, ItemState
from apps.committees import decisions
from apps.committees.decisions import RULES, Blocked, Choice, Decision, DecisionRule, Outcome
from apps.committees.models import Committee

CHAIR = 0


def decision(voters: int, votes: dict[int, str], *, quorum: int = 2, chair: int | None = CHAIR) -> Decision:
    return Decision("majority", quorum, frozenset(range(voters)), chair, votes)


def test_every_rule_a_committee_can_have_is_a_row_of_the_table() -> None:
    assert set(Committee.Rule.values) == set(RULES)


def test_control_a_rule_without_a_row_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RULES, "majority")
    with pytest.raises(KeyError):
        _ = decision(3, {0: "approve", 1: "approve"}).outcome


def test_the_choices_of_a_vote_and_the_outcomes_are_those_of_the_models() -> None:
    assert set(Vote.Choice.values) == set(Choice)
    steps = set(ITEM_WORKFLOW.verbs(ItemState.OPEN))
    assert {outcome.value for outcome in Outcome if outcome} == steps


def test_the_vote_of_somebody_who_is_not_eligible_counts_for_nothing() -> None:
    vote = decision(3, {0: "approve", 7: "approve", 8: "deny"})
    assert (vote.cast, vote.outcome, vote.winners) == (1, Outcome.NONE, frozenset())


def test_a_chair_who_is_not_eligible_breaks_no_tie() -> None:
    assert decision(2, {0: "approve", 1: "deny"}).outcome == Outcome.APPROVE
    assert decision(2, {0: "approve", 1: "deny", 7: "approve"}, chair=7).outcome == Outcome.NONE


def test_a_choice_that_nobody_knows_counts_for_nothing() -> None:
    assert decision(3, {0: "perhaps", 1: "perhaps"}).cast == 0


def test_the_votes_that_won_are_named() -> None:
    assert decision(3, {0: "deny", 1: "approve", 2: "conditional"}).winners == {1, 2}
    assert decision(3, {0: "deny", 1: "approve", 2: "deny"}).winners == {0, 2}


@pytest.mark.parametrize(
    ("voters", "quorum", "votes", "chair", "why"),
    [
        (1, 2, {}, 0, Blocked.TOO_FEW_VOTERS),
        (1, 2, {0: "approve"}, 0, Blocked.TOO_FEW_VOTERS),
        (2, 2, {0: "approve", 1: "deny"}, None, Blocked.TIE_WITHOUT_CHAIR),
        (2, 2, {0: "approve", 1: "deny"}, 0, Blocked.NO),
        (2, 2, {0: "approve"}, None, Blocked.NO),
        (3, 2, {0: "approve", 1: "deny"}, None, Blocked.NO),
    ],
)
def test_it_says_why_nobody_can_decide(
    voters: int, quorum: int, votes: dict[int, str], chair: int | None, why: Blocked
) -> None:
    assert decision(voters, votes, quorum=quorum, chair=chair).blocked == why


@pytest.mark.parametrize(
    ("voters", "quorum", "votes", "approve", "deny"),
    [
        (3, 2, {}, 2, 2),
        (3, 2, {1: "approve"}, 1, 2),
        (3, 3, {1: "approve", 2: "approve"}, 1, None),  # the third vote completes the quorum, whatever it says
        (3, 2, {1: "approve", 2: "approve"}, 0, None),
        (4, 2, {1: "deny", 2: "deny"}, 2, 1),  # the chair's vote breaks the tie
        (4, 2, {1: "deny", 2: "deny", 3: "approve"}, 1, 1),
        (1, 2, {}, None, None),
    ],
)
def test_it_says_how_many_votes_are_still_needed(
    voters: int, quorum: int, votes: dict[int, str], approve: int | None, deny: int | None
) -> None:
    vote = decision(voters, votes, quorum=quorum)
    assert (vote.still_needed("approve"), vote.still_needed("conditional")) == (approve, approve)
    assert vote.still_needed("deny") == deny


def test_it_says_whether_a_vote_would_decide() -> None:
    vote = decision(3, {1: "approve"})
    assert vote.would_decide(2, "approve")
    assert not vote.would_decide(2, "deny")
    assert not vote.would_decide(1, "approve"), "this person has voted"
    assert not vote.would_decide(7, "approve"), "this person is not eligible"
    assert not decision(3, {0: "approve", 1: "approve"}).would_decide(2, "deny"), "this is decided"


def test_another_rule_is_one_more_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any one voter approves, and every voter can veto: the row alone says so, for every question."""

    def outcome(vote: Decision) -> Outcome:
        return Outcome.DENY if vote.denials else Outcome.APPROVE if vote.approvals else Outcome.NONE

    monkeypatch.setitem(RULES, "any_one_with_veto", DecisionRule(outcome=outcome, needed=lambda vote: 1))
    fresh = Decision("any_one_with_veto", 1, frozenset(range(5)), None, {})
    assert (fresh.needed, fresh.still_needed("approve"), fresh.would_decide(3, "deny")) == (1, 1, True)
    assert Decision("any_one_with_veto", 2, frozenset(range(5)), None, {1: "approve", 2: "deny"}).outcome == "deny"


def test_a_committee_has_too_few_members_below_its_quorum() -> None:
    assert decisions.too_few(1, 2)
    assert not decisions.too_few(2, 2)

"""The count of votes: a majority of the eligible voters decides, once the quorum has voted; the chair breaks a full
tie.
"""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.access_requests.models import Item
from apps.access_requests.queries import decision_on, fetch_eligible_voters
from apps.committees import commands as committees
from apps.committees.decisions import Decision
from apps.identity.commands.identities import deactivate
from tests import stories


def outcome(
    eligible: int, quorum: int, approvals: int, denials: int, chair: str = "", *, conditional: bool = False
) -> str:
    """The first voter is the chair, if the chair voted; nobody chairs otherwise. All who approve adopt the same."""
    conditional = conditional or chair == "conditional"
    approving = ["conditional" if conditional else "approve"] * approvals
    choices = [*approving, *["deny"] * denials]
    if chair:
        choices.remove("deny" if chair == "deny" else choices[0])
        choices.insert(0, chair)
    voters = frozenset(range(eligible))
    votes = dict(enumerate(choices))
    adopted = {voter: frozenset({"cite the dataset"}) for voter, choice in votes.items() if choice == "conditional"}
    return Decision("majority", quorum, voters, 0 if chair else None, votes, adopted).outcome


def counted(item: Item) -> Decision:
    return decision_on(item, fetch_eligible_voters(item))


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        # eligible voters, quorum, approvals, denials, the chair's choice
        ((3, 2, 0, 0, ""), ""),  # nobody voted
        ((3, 2, 1, 0, "approve"), ""),  # the quorum has not voted, not even with the chair
        ((3, 2, 2, 0, ""), "approve"),
        ((3, 2, 0, 2, ""), "deny"),
        ((3, 2, 1, 1, "approve"), ""),  # one is still to vote
        ((3, 2, 2, 1, "deny"), "approve"),  # a majority needs no chair
        ((3, 3, 2, 0, ""), ""),  # a majority, and no quorum yet
        ((3, 3, 2, 1, ""), "approve"),
        ((4, 2, 2, 0, ""), ""),  # half is no majority
        ((4, 2, 2, 1, "approve"), ""),  # nor is half of the eligible voters while one is missing
        ((4, 2, 2, 2, "approve"), "approve"),  # a full tie: the chair
        ((4, 2, 2, 2, "deny"), "deny"),
        ((4, 2, 2, 2, "conditional"), "approve_with_conditions"),
        ((4, 2, 2, 2, ""), ""),  # a full tie without the chair among the voters stays undecided
        ((2, 2, 1, 1, "deny"), "deny"),
        ((1, 1, 1, 0, "approve"), "approve"),
        ((1, 2, 1, 0, "approve"), ""),  # fewer eligible voters than the quorum never decide
        ((1, 2, 0, 1, "deny"), ""),
        ((0, 1, 0, 0, ""), ""),  # no eligible voters: blocked
        ((0, 2, 0, 0, ""), ""),
    ],
)
def test_the_count_decides_as_the_table_says(case: tuple[Any, ...], expected: str) -> None:
    """T84, L35."""
    assert outcome(*case) == expected


def test_conditions_that_all_who_approve_adopt_make_the_approval_conditional() -> None:
    assert outcome(3, 2, 2, 0, conditional=True) == "approve_with_conditions"
    assert outcome(3, 2, 0, 2, conditional=True) == "deny"


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int, int, int, str]:
    eligible = draw(st.integers(0, 9))
    approvals = draw(st.integers(0, eligible))
    denials = draw(st.integers(0, eligible - approvals))
    chair = draw(st.sampled_from(["", "approve", "conditional", "deny"]))
    if chair == "deny" and not denials or chair in {"approve", "conditional"} and not approvals:
        chair = ""
    return eligible, draw(st.integers(1, 10)), approvals, denials, chair


@given(counts())
def test_the_count_never_decides_without_quorum_or_majority(count: tuple[int, int, int, int, str]) -> None:
    """L35, T84: the rule written a second time, in fractions of the eligible voters."""
    eligible, quorum, approvals, denials, chair = count
    said = outcome(*count)
    if approvals + denials < quorum or eligible < quorum or eligible == 0:
        assert said == ""
        return
    share, against = Fraction(approvals, eligible), Fraction(denials, eligible)
    half = Fraction(1, 2)
    if said in {"approve", "approve_with_conditions"}:
        assert share > half or (share == against == half and chair in {"approve", "conditional"})
    elif said == "deny":
        assert against > half or (share == against == half and chair == "deny")
    else:
        assert share <= half
        assert against <= half


@given(counts())
def test_one_more_vote_never_turns_a_decision(count: tuple[int, int, int, int, str]) -> None:
    """A decided item stays decided the same way whoever votes after it."""
    eligible, quorum, approvals, denials, chair = count
    said = outcome(*count)
    majority = max(approvals, denials) * 2 > eligible
    if said and majority and approvals + denials < eligible:
        assert outcome(eligible, quorum, approvals + 1, denials, chair) == said
        assert outcome(eligible, quorum, approvals, denials + 1, chair) == said


@pytest.mark.django_db
def test_only_votes_of_eligible_voters_are_counted() -> None:
    """T9, T16: after an ended membership, a closed account or a recusal the vote no longer counts."""
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=stories.committee_setup(members=5, quorum=4))
    )
    committee_setup = case.committee_setup
    for member in committee_setup.members[:3]:
        stories.vote(case, member)
    assert (counted(case.item).eligible, counted(case.item).approvals) == (6, 3)
    committees.remove_member(
        committee_setup.membership_of(committee_setup.members[0]), reason="Left the hospital.", by=committee_setup.chair
    )
    assert (counted(case.item).eligible, counted(case.item).approvals) == (5, 2)
    deactivate(committee_setup.members[1], by=stories.operator())
    assert (counted(case.item).eligible, counted(case.item).approvals) == (4, 1)
    stories.requests.recuse(case.request, reason="We publish together.", by=committee_setup.members[2])
    assert (counted(case.item).eligible, counted(case.item).approvals) == (3, 0)


@pytest.mark.django_db
def test_votes_of_an_earlier_round_are_not_counted() -> None:
    """L36, T86."""
    case = stories.in_review()
    stories.vote(case, case.committee_setup.chair, "conditional")
    before = counted(case.item)
    assert (before.cast, set(before.votes.values())) == (1, {"conditional"})
    stories.returned(case)
    assert counted(case.item).cast == 0

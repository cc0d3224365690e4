"""The blind look of a committee that wants one: hidden until everybody has voted or the period is over; pure values."""

from dataclasses import replace

import pytest

from apps.committees.decisions import Blocked, Decision, Outcome, Weight

TWO = {"a": "approve", "b": "approve"}
OPEN = Decision("majority", 2, frozenset("abc"), "a", TWO)
BLIND = replace(OPEN, blind=True)


def test_votes_that_would_decide_decide_nothing_while_they_are_hidden() -> None:
    assert OPEN.outcome == Outcome.APPROVE and not OPEN.is_hidden  # the control: without a blind look they decide
    assert BLIND.is_hidden and not BLIND.outcome and not BLIND.winners and not BLIND.must_be_confirmed
    assert BLIND.weight_of("c") == Weight.NONE != OPEN.weight_of("c")


def test_they_are_shown_when_everybody_has_voted_or_the_period_is_over_and_are_confirmed_first() -> None:
    everybody = replace(BLIND, votes=TWO | {"c": "deny"})
    for shown in (everybody, replace(BLIND, period_over=True)):
        assert not shown.is_hidden and shown.outcome == Outcome.APPROVE and shown.must_be_confirmed
    assert not OPEN.must_be_confirmed


@pytest.mark.parametrize("votes", [{"a": "approve", "b": "deny"}, {"a": "abstain", "b": "abstain"}])
def test_nothing_about_choices_is_said_while_they_are_hidden(votes: dict[str, str]) -> None:
    assert (replace(BLIND, votes=votes).blocked, replace(BLIND, votes=votes).is_divided) == (Blocked.NO, False)


def test_one_voter_alone_has_nobody_to_hide_from() -> None:
    assert not Decision("any_one", 1, frozenset("a"), "a", {}, blind=True).is_hidden

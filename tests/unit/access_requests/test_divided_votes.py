"""Everybody has voted and the votes do not decide: the item waits for every voter, who can change their vote."""

import pytest

from apps.access_requests import commands, review_queue
from tests import stories

pytestmark = pytest.mark.django_db


def two_voters() -> stories.Case:
    """The chair and one member, whose votes must agree: the chair's side decides a tie only between whole sides."""
    setup = stories.committee_setup(members=1, quorum=2)
    return stories.in_review(published_dataset=stories.published_dataset(committee_setup=setup))


def test_divided_votes_wait_for_every_voter() -> None:
    """With the control that one vote alone waits for the other voter only."""
    case = two_voters()
    chair, member = case.committee_setup.everyone
    stories.vote(case, chair)
    assert not review_queue.to_vote_of(chair).exists()
    assert review_queue.with_others_of(chair).get() == case.request
    stories.vote(case, member, "conditional")
    assert case.item.state == "open"
    for voter in (chair, member):
        assert review_queue.to_vote_of(voter).get() == case.request
        assert review_queue.waiting_for(voter).get() == case.request
        assert not review_queue.with_others_of(voter).exists()
    assert review_queue.waiting_votes(case.committee_setup.committee) == {chair.pk: 1, member.pk: 1}
    stories.vote(case, member)
    assert case.item.state == "approved"
    assert not review_queue.to_vote_of(chair).exists()


def test_a_vote_that_too_few_voters_are_left_for_waits_for_nobody() -> None:
    """No change of a vote decides below the quorum."""
    case = two_voters()
    chair, member = case.committee_setup.everyone
    stories.vote(case, chair)
    commands.recuse(case.request, reason="We publish together.", by=member)
    assert not review_queue.to_vote_of(chair).exists()

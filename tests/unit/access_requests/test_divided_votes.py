"""Everybody has voted and the votes do not decide: the item waits for every voter, who can change their vote."""

import pytest

from apps.access_requests import commands, review_queue
from apps.access_requests.commands import name_chair
from apps.audit.kinds import Kind
from apps.grants.access_state import AccessState, State, states_of_requests
from apps.notifications.models import Notification
from tests import stories

pytestmark = pytest.mark.django_db


def state_of_item(case: stories.Case) -> AccessState:
    """The state of the request as its applicant reads it."""
    return states_of_requests(case.applicant, [case.request])[case.request.pk]


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
    assert state_of_item(case).cause == ""
    stories.vote(case, member, "conditional")
    assert case.item.state == "open"
    for voter in (chair, member):
        assert review_queue.to_vote_of(voter).get() == case.request
        assert review_queue.waiting_for(voter).get() == case.request
        assert not review_queue.with_others_of(voter).exists()
    stories.drain()
    state = state_of_item(case)  # the applicant reads that the votes do not decide, not that one is awaited
    assert (state.state, state.cause) == (State.IN_REVIEW, "divided")
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


def test_a_chair_without_a_vote_in_the_round_is_notified_that_the_votes_do_not_decide() -> None:
    """Named during the round, the new chair can start another one. The control: the voters are notified as well."""
    setup = stories.committee_setup(members=2, quorum=2)
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=setup))
    first, second = setup.members
    new = stories.person()
    name_chair(setup.committee, person=new, reason="The chair has retired.", by=stories.operator())
    stories.vote(case, first)
    stories.vote(case, second, "deny")
    stories.drain()
    readers = Notification.objects.filter(kind=Kind.VOTES_DIVIDED).values_list("reader", flat=True)
    assert set(readers) == {first.pk, second.pk, new.pk}

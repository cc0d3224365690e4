"""The time to undo a decision: nothing leaves before it ends, and then it is true whatever a worker does."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.access_requests import commands as requests
from apps.access_requests.models import AccessRequest, Item, Round, UndoneDecision
from apps.access_requests.tasks import take_effect_of_decisions
from apps.agreements.models import Agreement
from apps.audit.models import Event
from apps.committees.models import Committee
from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.grants.access_state import State, state_of_request
from apps.grants.waiting import requests_under_way
from portal.consequences import drain
from tests import stories

pytestmark = pytest.mark.django_db
WINDOW = timedelta(minutes=10)


def decided(choice: str = "deny", **how: Any) -> tuple[stories.Case, datetime]:
    """A case decided by the votes, and when the decision takes effect."""
    stories.template()
    data = stories.published_dataset(committee_setup=stories.committee_setup(undo_minutes=10))
    case = stories.decided(published_dataset=data, choice=choice, **how)
    assert case.item.takes_effect_at is not None
    return case, case.item.takes_effect_at


def events(case: stories.Case) -> list[str]:
    about = Event.objects.filter(subject_id__in=[case.request.pk, case.item.pk]).order_by("id")
    return [event.kind for event in about]


def undo(case: stories.Case, by: Any = None) -> UndoneDecision:
    return requests.undo_decision(case.item, why="A wrong button.", by=by or case.committee_setup.members[0])


@pytest.mark.parametrize("choice", ["approve", "deny", "conditional"])
def test_before_it_takes_effect_nobody_outside_the_committee_learns_of_a_decision(choice: str) -> None:
    case, at = decided(choice)
    drain()
    take_effect_of_decisions()
    assert state_of_request(case.applicant, case.request).state == State.IN_REVIEW
    assert list(requests_under_way(case.applicant)) == [case.request]
    assert "request.item_decided" not in events(case)
    assert not Agreement.objects.exists()
    assert not case.applicant.notifications.filter(kind__in=["request.item_decided", "request.decided"]).exists()
    for who in (case.applicant, case.published_dataset.owner):
        page = stories.client_for(who).get(f"/requests/{case.request.pk}/")
        assert "My reason to" not in page.content.decode()
        assert {entry["item"].state for entry in page.context["rows"]} == {"open"}
    token = stories.token(case.applicant, "read")
    line = stories.client_for(None).get(
        f"/api/v1/requests/{case.request.pk}", headers={"Authorization": f"Bearer {token}"}
    )
    (said,) = line.json()["items"]
    assert (said["state"], said["reason"], said["decided_at"], said["denial_codes"]) == ("open", "", None, [])
    assert (line.json()["state"], line.json()["decided_at"]) == ("in_review", None)
    assert case.reload().item.state != "open", "the control: the committee has decided"
    inside = stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/")
    assert [entry["pending_until"] for entry in inside.context["items"]] == [at]


def test_when_the_time_is_over_the_decision_is_true_although_no_worker_ran() -> None:
    case, at = decided()
    with clock.freeze(at):
        assert state_of_request(case.applicant, case.request).state == State.DENIED
        page = stories.client_for(case.applicant).get(f"/requests/{case.request.pk}/")
        assert {entry["item"].state for entry in page.context["rows"]} == {"denied"}
        assert "request.item_decided" not in events(case), "the control: nothing has been carried out"
    with clock.freeze(at - timedelta(seconds=1)):
        assert state_of_request(case.applicant, case.request).state == State.IN_REVIEW


def test_a_worker_carries_the_decision_out_once() -> None:
    case, at = decided("approve")
    with clock.freeze(at):
        take_effect_of_decisions()
        take_effect_of_decisions()
        drain()
    assert events(case).count("request.item_decided") == 1
    assert events(case).count("request.decided") == 1
    assert case.reload().request.state == "decided"
    assert Agreement.objects.filter(item=case.item).count() == 1


def test_a_decision_that_is_undone_opens_the_vote_in_the_same_round_with_the_votes_kept() -> None:
    case, at = decided()
    undone = undo(case)
    item = case.reload().item
    assert (item.state, item.decided_at, item.reason, item.denial_codes) == ("open", None, "", None)
    assert (undone.outcome, undone.denial_codes, undone.round) == ("denied", ["purpose"], case.round)
    assert item.votes.count() == 2
    with clock.freeze(at + WINDOW):
        take_effect_of_decisions()
    assert "request.item_decided" not in events(case)
    stories.vote(case, case.committee_setup.chair, "approve")
    assert case.reload().item.state == "open", "one approves and one denies"
    stories.vote(case, case.committee_setup.members[0], "approve")
    assert case.reload().item.state == "approved"


def test_who_voted_is_asked_to_vote_again() -> None:
    case, _at = decided()
    undo(case)
    drain()
    asked = set(case.reload().item.asked_to_confirm)
    assert asked == {case.committee_setup.chair.pk, case.committee_setup.members[0].pk}
    assert case.committee_setup.members[1].notifications.filter(kind="request.decision_undone").exists()
    assert not case.applicant.notifications.filter(kind="request.decision_undone").exists()


def test_a_second_undo_is_refused() -> None:
    case, _at = decided()
    undo(case)
    with pytest.raises(WrongState):
        undo(case, case.committee_setup.chair)
    assert UndoneDecision.objects.count() == 1


def test_a_decision_is_undone_once_a_round_and_who_undid_it_does_not_decide_alone() -> None:
    case, _at = decided()
    chair, first, second = case.committee_setup.everyone
    undo(case, first)
    # `first` knows the choices: neither the changed vote nor a confirmation decides, whoever else has voted.
    stories.vote(case, first, "deny")
    assert case.reload().item.state == "open"
    seen = Round.objects.get(request=case.request, closed_at__isnull=True)
    stories.vote(case, second, "abstain")  # the control: a vote of somebody else does
    assert case.reload().item.state == "denied"
    for someone in (first, chair):
        with pytest.raises(WrongState):
            undo(case, someone)
    assert UndoneDecision.objects.get().round_id == seen.pk


def test_a_first_vote_by_who_undid_decides_nothing_and_a_lone_voter_decides_again() -> None:
    rules = {"members": 1, "quorum": 1, "undo_minutes": 10}
    data = stories.published_dataset(committee_setup=stories.committee_setup(**rules))
    Committee.objects.filter(pk=data.committee_setup.committee.pk).update(rule="any_one")
    case = stories.in_review(published_dataset=data)
    chair, member = case.committee_setup.everyone
    stories.vote(case, member, "approve")
    assert case.reload().item.state == "approved"
    undo(case, chair)
    stories.vote(case, chair, "deny")
    assert case.reload().item.state == "open"
    stories.vote(case, member, "approve")
    assert case.reload().item.state == "denied"  # a tie of any one denies; the member knew the other vote

    alone = stories.published_dataset(committee_setup=stories.committee_setup(**rules | {"members": 0}))
    case = stories.in_review(published_dataset=alone)
    only = case.committee_setup.chair
    stories.vote(case, only, "deny")
    undo(case, only)
    stories.vote(case, only, "approve")
    assert case.reload().item.state == "approved"


def test_after_its_time_a_decision_is_not_undone_whether_or_not_a_worker_ran() -> None:
    case, at = decided()
    with clock.freeze(at), pytest.raises(WrongState):
        undo(case)
    with clock.freeze(at - timedelta(seconds=1)):
        undo(case)  # the control


def test_only_voters_and_the_chair_undo_and_they_say_why() -> None:
    case, _at = decided()
    for other in (case.applicant, case.published_dataset.owner, stories.person(), stories.operator()):
        with pytest.raises(Denied):
            undo(case, other)
    with pytest.raises(Invalid):
        requests.undo_decision(case.item, why=" ", by=case.committee_setup.chair)
    assert case.reload().item.state == "denied"


def test_an_applicant_who_withdraws_before_the_effect_withdraws_what_nobody_told_them() -> None:
    case, at = decided("approve")
    requests.withdraw(case.request, by=case.applicant)
    assert (case.reload().request.state, case.item.state) == ("withdrawn", "open")
    with clock.freeze(at + WINDOW):
        take_effect_of_decisions()
        drain()
    assert not Agreement.objects.exists()


def test_after_the_effect_a_withdrawal_is_refused_although_no_worker_ran() -> None:
    case, at = decided("approve")
    with clock.freeze(at), pytest.raises(WrongState):
        requests.withdraw(case.request, by=case.applicant)


def test_another_committee_does_not_end_the_round_while_a_decision_can_be_undone() -> None:
    first = stories.published_dataset(committee_setup=stories.committee_setup(undo_minutes=10))
    second = stories.published_dataset()
    case = stories.in_review(shelves=[first, second])
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, "approve", published_dataset=first)
    with pytest.raises(WrongState):
        requests.request_changes(case.request, text="Which variables?", by=second.committee_setup.chair)
    at = case.item.takes_effect_at
    assert at is not None
    with clock.freeze(at):
        requests.request_changes(case.request, text="Which variables?", by=second.committee_setup.chair)
        take_effect_of_decisions()
    assert AccessRequest.objects.get(pk=case.request.pk).state == "returned"
    assert Item.objects.get(pk=case.item.pk).takes_effect_at is None


def test_a_committee_without_time_to_undo_decides_at_once() -> None:
    case = stories.decided(choice="deny")
    assert case.item.takes_effect_at is None
    assert events(case).count("request.item_decided") == 1
    with pytest.raises(WrongState):
        undo(case)

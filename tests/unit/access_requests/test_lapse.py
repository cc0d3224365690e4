"""The time to answer a returned request: its last day, the reminder, the end, and that nobody loses one unwarned."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from apps.access_requests import commands
from apps.access_requests.models import Appeal
from apps.access_requests.queries_lapse import has_lapsed, last_day_to_answer, returned_until
from apps.access_requests.tasks import keep_answer_windows
from apps.audit.models import Event
from apps.committees.models import Committee
from apps.core import clock
from apps.grants.access_state import state_of_request
from tests import stories

pytestmark = pytest.mark.django_db


def returned(weeks: int = 4) -> stories.Case:
    """Back with the applicant, to be answered within so many weeks."""
    case = stories.in_review()
    Committee.objects.filter(pk=case.item.committee_id).update(answer_amount=weeks, answer_unit="weeks")
    commands.request_changes(case.request, text="Why?", by=case.committee_setup.chair)
    return case.reload()


def kinds(case: stories.Case) -> list[str]:
    found = Event.objects.filter(subject_id=case.request.pk, kind__in=["request.answer_due_soon", "request.withdrawn"])
    return list(found.order_by("pk").values_list("kind", flat=True))


def on(frozen: Any, case: stories.Case, days: int) -> None:
    """So many days after the last day to answer; then what runs each hour."""
    until = case.request.answer_until
    assert until is not None
    frozen(clock.now() + (until - clock.today()) + timedelta(days=days))
    keep_answer_windows()
    case.reload()


def test_the_request_ends_after_a_reminder_and_is_copied_as_new(frozen: Any) -> None:
    case = returned()
    assert case.request.answer_until == clock.today() + timedelta(weeks=4) == returned_until(case.request)
    on(frozen, case, -4)
    assert kinds(case) == []
    on(frozen, case, -3)
    on(frozen, case, 0)
    stories.drain()
    assert (kinds(case), case.request.state) == (["request.answer_due_soon"], "returned")
    on(frozen, case, 1)
    keep_answer_windows()
    assert (kinds(case), case.request.state) == (["request.answer_due_soon", "request.withdrawn"], "withdrawn")
    assert has_lapsed(case.request) and returned_until(case.request) is None
    stories.drain()
    notified = case.applicant.notifications.values_list("kind", flat=True)
    assert {"request.answer_due_soon", "request.withdrawn"} <= set(notified)
    client = stories.client_for(case.applicant)
    page = client.get(reverse("request_page", args=[case.request.pk]))
    assert state_of_request(case.applicant, case.request).cause == "lapsed"
    assert page.context["lapsed"] and reverse("request_copy", args=[case.request.pk]) in page.content.decode()
    assert commands.copy(case.request, starts_on=clock.today(), by=case.applicant).title == case.request.title


def test_a_late_reminder_gives_time(frozen: Any) -> None:
    """The tasks did not run, or a backup was restored: the first run reminds, a later one ends the request."""
    case = returned()
    on(frozen, case, 10)
    assert (kinds(case), case.request.state) == (["request.answer_due_soon"], "returned")
    frozen(clock.now() + timedelta(days=2))
    keep_answer_windows()
    assert case.reload().request.state == "withdrawn"


def test_an_answer_in_time_ends_the_window(frozen: Any) -> None:
    """Also one that comes after the last day, before the task ran."""
    case = returned()
    on(frozen, case, -1)
    frozen(clock.now() + timedelta(days=4))
    commands.answer(case.request.questions.get(), text="So.", by=case.applicant)
    commands.change(case.request, by=case.applicant, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=9))
    commands.submit(case.request, by=case.applicant)
    keep_answer_windows()
    commands.lapse(case.request, by=stories.SYSTEM)
    case.reload()
    assert (case.request.state, case.request.answer_until, case.request.answer_reminded_at) == ("submitted", None, None)
    assert not has_lapsed(case.request)


def test_a_request_that_its_applicant_withdraws_did_not_lapse() -> None:
    case = returned()
    commands.withdraw(case.request, by=case.applicant)
    assert not has_lapsed(case.reload().request)
    assert state_of_request(case.applicant, case.request).cause == ""


def test_what_is_decided_stays(frozen: Any) -> None:
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[first, second])
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, "approve", published_dataset=first)
    stories.drain()
    Committee.objects.filter(pk=second.committee_setup.committee.pk).update(answer_amount=1)
    commands.request_changes(case.reload().request, text="Why?", by=second.committee_setup.chair)
    on(frozen, case.reload(), 0)
    on(frozen, case, 3)
    states = {case.item_of(one).state for one in (first, second)}
    assert states == {"approved", "withdrawn"} and has_lapsed(case.request)


def test_an_appeal_that_waits_is_reviewed_when_the_rest_lapses(frozen: Any) -> None:
    """It can be made only once; the control is a withdrawal by the applicant, which ends it. Under review it has no
    last day.
    """
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[first, second])
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, "deny", published_dataset=first)
    stories.drain()
    commands.appeal(case.item_of(first), text="The purpose fits: see section 2.", by=case.applicant)
    Committee.objects.filter(pk__in=[one.committee_setup.committee.pk for one in (first, second)]).update(
        answer_amount=1
    )
    commands.request_changes(case.reload().request, text="Why?", by=second.committee_setup.chair)
    on(frozen, case.reload(), 0)
    on(frozen, case, 3)
    found = Appeal.objects.get(item=case.item_of(first))
    assert (found.outcome, found.round is not None) == ("", True)
    assert {case.item_of(one).state for one in (first, second)} == {"open", "withdrawn"}
    commands.request_changes(case.request, text="Which?", by=first.committee_setup.chair)
    assert case.reload().request.answer_until is None


def test_without_a_limit_or_a_date_no_request_lapses() -> None:
    case = stories.returned()
    assert case.request.answer_until is None
    committee = case.item.committee
    assert last_day_to_answer(committee, clock.now()) is None
    committee.answer_amount, committee.answer_unit, committee.calendar = 5, "working_days", "no such"
    assert last_day_to_answer(committee, clock.now()) is None


@pytest.mark.parametrize(("unit", "amount", "day"), [
    ("weeks", 4, date(2027, 1, 29)), ("working_days", 5, date(2027, 1, 8)), ("weeks", 8, date(2027, 2, 26)),
])  # fmt: skip
def test_the_last_day_by_hand(unit: str, amount: int, day: date, frozen: Any) -> None:
    """Returned on Friday, 1 January 2027: that day does not count (Regulation 1182/71, Article 3(1))."""
    frozen(clock.now().replace(year=2027, month=1, day=1, hour=10))
    committee = Committee(answer_unit=unit, answer_amount=amount, review_days=30, calendar="DK")
    assert last_day_to_answer(committee, clock.now()) == day

"""The clock of a review: set at submission, paused while with the applicant, extended once, and what is notified."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from apps.access_requests import commands, queries_clocks
from apps.access_requests.commands.clocks import _set_clocks
from apps.access_requests.models import AccessRequest, Item, ReviewClock
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.clocks.days import Stretch, Unit
from apps.committees.models import Committee
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import Denied, Invalid, WrongState
from tests import stories
from tests.unit.access_requests.reviews import Review, member

pytestmark = pytest.mark.django_db
DENMARK = {"calendar": "DK", "time_zone": "Europe/Copenhagen", "clock_unit": "working_days", "clock_amount": 20}


def at(day: str, hour: int = 9) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), tzinfo=UTC)


def chosen(committee: Committee, **choices: Any) -> Committee:
    Committee.objects.filter(pk=committee.pk).update(**choices)
    committee.refresh_from_db()
    return committee


def example(**choices: Any) -> Review:
    """The worked example: submitted on 22 Oct, returned on 5 Nov, submitted again on 12 Nov 2026, before DK's body."""
    review = Review("draft")
    review.committee.members.update(starts_at=at("2026-01-01"))
    chosen(review.committee, **{**DENMARK, "extension_amount": 20, **choices})
    AccessRequest.objects.filter(pk=review.request.pk).update(state="in_review", submitted_at=at("2026-10-22"))
    review.request.refresh_from_db()
    review.opened(at("2026-10-22"), closed_at=at("2026-11-05"))
    set_clocks(review)
    review.opened(at("2026-11-12"), number=2)
    set_clocks(review)
    stories.declare(review.request)
    return review


def set_clocks(review: Review, **how: Any) -> None:
    _set_clocks(review.request, **how)
    review.item.refresh_from_db()


def chair_of(review: Review) -> Any:
    return review.committee.members.get(is_chair=True).person


def read(review: Review, day: str) -> queries_clocks.ClockOnDay:
    review.request.refresh_from_db()
    items = Item.objects.filter(request=review.request).select_related("committee")
    return queries_clocks.clocks_of(review.request, items, date.fromisoformat(day))[review.committee.pk]


def kinds(review: Review) -> list[str]:
    events = Event.objects.filter(subject_id=review.request.pk).order_by("id")
    return [kind for kind in events.values_list("kind", flat=True) if kind.startswith("request.review")]


# ------------------------------------------------------------------------------------------------------- the date
def test_the_worked_example_through_the_database() -> None:
    review = example()
    assert review.item.due_on == date(2026, 11, 26)
    shown = read(review, "2026-11-27")
    assert (shown.used, shown.left, shown.overdue, shown.in_working_days) == (21, -1, 1, True)
    assert list(shown.lines) == [
        Stretch(date(2026, 10, 23), date(2026, 11, 5), True, 10),
        Stretch(date(2026, 11, 6), date(2026, 11, 12), False, 0),
        Stretch(date(2026, 11, 13), date(2026, 11, 27), True, 11),
    ]


def test_a_submission_sets_the_date_in_28_calendar_days_until_a_committee_chooses() -> None:
    case = stories.submitted()
    opened = case.request.rounds.get().opened_at.date()
    assert case.item.due_on == opened + timedelta(days=28)
    row = ReviewClock.objects.get(round__request=case.request)
    assert (row.rule["unit"], row.rule["amount"], row.change, row.is_extended) == ("days", 28, "", False)


def test_a_review_keeps_the_rule_with_which_it_started() -> None:
    """Closing days are the exception: those that are known when the date is set again count."""
    review = example()
    chosen(review.committee, clock_amount=5, calendar="FI", closing_days=[date(2026, 12, 1)])
    with clock.freeze(at("2026-11-20")):
        row = commands.extend_review(review.request, committee=review.committee, reason="Ill.", by=chair_of(review))
    assert (row.rule["amount"], row.rule["calendar"]) == (20, "DK")
    assert row.due_on == date(2026, 12, 24)
    review.request.rounds.filter(number=2).update(closed_at=at("2026-11-20"))
    review.opened(at("2026-11-20"), number=3)
    set_clocks(review)
    assert review.item.due_on == date(2026, 12, 28)  # 24 Dec, one closing day, and Christmas


def test_an_appeal_starts_another_clock() -> None:
    review = example()
    review.request.rounds.filter(number=2).update(closed_at=at("2026-11-25"))
    review.opened(at("2026-11-27"), number=3)
    set_clocks(review, fresh=[review.committee.pk])
    assert review.item.due_on == date(2026, 12, 28)
    assert [one.running for one in read(review, "2026-11-30").lines] == [True]


def test_while_the_request_is_with_the_applicant_there_is_no_date() -> None:
    review = example()
    review.request.rounds.filter(number=2).update(closed_at=at("2026-11-20"))
    AccessRequest.objects.filter(pk=review.request.pk).update(state="returned")
    shown = read(review, "2026-11-27")
    assert (shown.due_on, shown.paused, shown.left) == (None, True, None)
    assert shown.lines[-1] == Stretch(date(2026, 11, 21), date(2026, 11, 27), False, 0)


def test_a_decision_stops_the_clock() -> None:
    case = stories.decided()
    today = clock.today()
    items = list(case.request.items.all())
    shown = queries_clocks.clocks_of(case.request, items, today + timedelta(days=60))[items[0].committee_id]
    assert (shown.stopped, shown.used, shown.overdue) == (True, 0, 0)


def test_a_withdrawal_stops_the_clock() -> None:
    review = example()
    AccessRequest.objects.filter(pk=review.request.pk).update(state="withdrawn", ended_at=at("2026-11-16"))
    shown = read(review, "2026-12-01")
    assert (shown.stopped, shown.lines[-1].last) == (True, date(2026, 11, 16))


@pytest.mark.parametrize("broken", [{"calendar": "ZZ"}, {"time_zone": "Mars/Olympus"}])
def test_what_cannot_be_computed_has_no_date_and_stops_nothing(broken: dict[str, str]) -> None:
    review = example(**broken)
    assert review.item.due_on is None
    shown = read(review, "2026-11-27")
    assert (shown.due_on, shown.lines, shown.used, shown.left, shown.in_working_days) == (None, (), None, None, False)
    with pytest.raises(WrongState), clock.freeze(at("2026-11-20")):
        commands.extend_review(review.request, committee=review.committee, reason="Ill.", by=chair_of(review))


def test_a_rule_of_another_shape_is_not_read_and_the_committees_own_counts_again() -> None:
    review = Review()
    chosen(review.committee, **DENMARK)
    current = review.request.rounds.get()
    ReviewClock.objects.create(
        round=current, first_round=current, committee=review.committee, rule={"unit": "fortnights"}, is_extended=False
    )
    assert read(review, "2026-11-27").rule is None
    review.request.rounds.update(closed_at=clock.now())
    review.opened(clock.now(), number=2)
    set_clocks(review)
    assert review.item.due_on is not None


def test_a_request_of_the_previous_release_gets_its_date_once() -> None:
    """The old code leaves the column empty; the task sets the date that it showed."""
    review = Review()
    assert review.item.due_on is None
    assert commands.set_missing_clocks(by=SYSTEM) == 1
    assert commands.set_missing_clocks(by=SYSTEM) == 0
    review.item.refresh_from_db()
    assert review.item.due_on == review.round.opened_at.date() + timedelta(days=28)
    assert kinds(review) == ["request.review_date_set"]
    draft = Review("draft")
    assert read_none(draft) == {}


def read_none(review: Review) -> dict[Any, Any]:
    return queries_clocks.clocks_of(review.request, [review.item], clock.today())


def test_one_committee_of_two_that_has_no_date_gets_it_alone() -> None:
    review = example()
    other = Review("draft")
    Item.objects.create(request=review.request, dataset=other.dataset, committee=other.committee)
    assert commands.set_missing_clocks(by=SYSTEM) == 1
    assert ReviewClock.objects.filter(round__request=review.request, committee=review.committee).count() == 2
    assert ReviewClock.objects.filter(round__request=review.request, committee=other.committee).count() == 1


# -------------------------------------------------------------------------------------------------- one extension
def test_the_chair_extends_once_with_a_reason_before_the_old_date() -> None:
    review = example()
    chair = chair_of(review)
    with clock.freeze(at("2026-11-26")):
        with pytest.raises(Invalid) as refused:
            commands.extend_review(review.request, committee=review.committee, reason="  ", by=chair)
        assert refused.value.field == "reason"
        with pytest.raises(Invalid):
            commands.extend_review(review.request, committee=review.committee, reason="x" * 2001, by=chair)
        commands.extend_review(review.request, committee=review.committee, reason="An expert is ill.", by=chair)
        review.item.refresh_from_db()
        assert review.item.due_on == date(2026, 12, 24)
        with pytest.raises(WrongState):
            commands.extend_review(review.request, committee=review.committee, reason="Again.", by=chair)
    event = Event.objects.get(kind=Kind.REVIEW_EXTENDED)
    assert (event.facts["before"], event.facts["due"]) == ("2026-11-26", "2026-12-24")


def test_after_the_old_date_an_extension_is_refused() -> None:
    review = example()
    with clock.freeze(at("2026-11-27")), pytest.raises(WrongState):
        commands.extend_review(review.request, committee=review.committee, reason="Late.", by=chair_of(review))


def test_only_the_chair_extends_and_only_while_the_committee_reviews() -> None:
    review = example()
    plain = review.committee.members.filter(is_chair=False)[0].person
    with clock.freeze(at("2026-11-20")):
        for someone in (plain, review.applicant, chair_of(Review())):
            with pytest.raises(Denied):
                commands.extend_review(review.request, committee=review.committee, reason="Ill.", by=someone)
        AccessRequest.objects.filter(pk=review.request.pk).update(state="returned")
        with pytest.raises(WrongState):
            commands.extend_review(review.request, committee=review.committee, reason="Ill.", by=chair_of(review))


def test_a_chair_with_a_conflict_of_interest_does_not_extend() -> None:
    review = example()
    chair = chair_of(review)
    commands.recuse(review.request, reason="We work together.", by=chair)
    with pytest.raises(Denied), clock.freeze(at("2026-11-20")):
        commands.extend_review(review.request, committee=review.committee, reason="Ill.", by=chair)


def test_a_committee_without_extensions_extends_nothing() -> None:
    review = example(extension_amount=0)
    with pytest.raises(WrongState), clock.freeze(at("2026-11-20")):
        commands.extend_review(review.request, committee=review.committee, reason="Ill.", by=chair_of(review))


def test_the_fast_track_is_shorter_from_the_same_submission() -> None:
    review = example(clock_unit="months", clock_amount=3, extension_amount=3, fast_amount=2, fast_extension_amount=1)
    assert review.item.due_on == date(2027, 1, 29)
    chair = chair_of(review)
    with clock.freeze(at("2026-11-20")):
        commands.use_fast_track(review.request, committee=review.committee, reason="Article 68(6).", by=chair)
        review.item.refresh_from_db()
        assert review.item.due_on == date(2026, 12, 29)
        with pytest.raises(WrongState):
            commands.use_fast_track(review.request, committee=review.committee, reason="Again.", by=chair)
        commands.extend_review(review.request, committee=review.committee, reason="Ill.", by=chair)
    review.item.refresh_from_db()
    assert review.item.due_on == date(2027, 1, 29)


@pytest.mark.parametrize(
    ("choices", "day"),
    [({}, "2026-11-20"), ({"fast_amount": 10}, "2026-11-27"), ({"fast_amount": 10, "calendar": "ZZ"}, "2026-11-20")],
)
def test_no_fast_track_where_there_is_none_or_too_late(choices: dict[str, Any], day: str) -> None:
    review = example(**choices)
    with pytest.raises(WrongState), clock.freeze(at(day)):
        commands.use_fast_track(review.request, committee=review.committee, reason="Fast.", by=chair_of(review))


# ------------------------------------------------------------------------------------------------------ reminders
def notified(day: str) -> int:
    with clock.freeze(at(day)):
        return commands.notify_of_due_dates(by=SYSTEM)


def test_each_stage_is_notified_once_however_often_the_job_runs() -> None:
    """Three working days before 26 Nov is 23 Nov."""
    review = example()
    assert [notified(day) for day in ("2026-11-20", "2026-11-23", "2026-11-23", "2026-11-24")] == [0, 1, 0, 0]
    assert [notified(day) for day in ("2026-11-26", "2026-11-26", "2026-11-27", "2026-11-30")] == [1, 0, 1, 0]
    assert kinds(review) == ["request.review_due_soon", "request.review_due", "request.review_overdue"]


def test_a_job_that_did_not_run_notifies_of_the_last_stage_only() -> None:
    review = example()
    assert (notified("2026-11-30"), notified("2026-12-01")) == (1, 0)
    assert kinds(review) == ["request.review_overdue"]


def test_another_date_is_notified_again() -> None:
    review = example()
    assert notified("2026-11-26") == 1
    with clock.freeze(at("2026-11-26")):
        commands.extend_review(review.request, committee=review.committee, reason="Ill.", by=chair_of(review))
    assert (notified("2026-11-27"), notified("2026-12-24")) == (0, 1)


def test_two_datasets_of_a_committee_are_one_reminder() -> None:
    review = example()
    other = Review("draft", committee=review.committee)
    Item.objects.create(
        request=review.request, dataset=other.dataset, committee=review.committee, due_on=review.item.due_on
    )
    assert notified("2026-11-26") == 1


def test_a_reminder_needs_a_date_and_works_without_a_calendar() -> None:
    review = example()
    assert queries_clocks.stage_of(Item(committee=review.committee), date(2026, 11, 1)) is None
    chosen(review.committee, calendar="ZZ")
    assert notified("2026-11-22") == 0
    assert notified("2026-11-23") == 1


def test_decided_and_returned_requests_are_not_notified() -> None:
    review = example()
    AccessRequest.objects.filter(pk=review.request.pk).update(state="returned")
    assert notified("2026-11-30") == 0


def test_the_unit_of_the_control_is_the_one_of_the_rule() -> None:
    """Control: in calendar days the same example is due on another day."""
    review = example(clock_unit=Unit.DAYS, clock_amount=20)
    assert review.item.due_on == date(2026, 11, 18)


def test_a_member_who_is_no_chair_any_more_extends_nothing() -> None:
    review = example()
    former = chair_of(review)
    review.committee.members.filter(person=former).update(ends_at=at("2026-11-19"))
    member(review.committee, is_chair=True, starts_at=at("2026-11-19"))
    with pytest.raises(Denied), clock.freeze(at("2026-11-20")):
        commands.extend_review(review.request, committee=review.committee, reason="Ill.", by=former)

"""A committee that cannot decide is not kept quiet: its chair hears of it, or the operators do."""

import pytest

from apps.access_requests import commands, queries
from apps.accounts import commands as accounts
from apps.audit.models import Event
from apps.audit.record import Kind
from apps.committees.models import Seat
from apps.notifications.models import Letter
from tests import stories

pytestmark = pytest.mark.django_db


def told() -> list[Letter]:
    return list(Letter.objects.filter(kind=Kind.BENCH_SHORT).select_related("reader"))


def shelf(*, members: int = 2, quorum: int = 2) -> stories.Shelf:
    return stories.shelf(bench=stories.bench(members=members, quorum=quorum))


def test_a_bench_that_suffices_is_nothing_to_write_about() -> None:
    case = stories.submitted()
    assert queries.short_benches(case.request) == {}
    assert told() == []


def test_a_member_who_asks_leaves_too_few_and_the_chair_hears_of_it_once() -> None:
    """L34: the quorum never shrinks with the bench, so somebody must hear that nobody can decide."""
    place = shelf(members=1)
    asking = place.bench.members[0]
    case = stories.submitted(stories.draft(shelf=place, applicant=asking))
    assert queries.short_benches(case.request) == {place.bench.committee: 1}
    letter = told()[0]
    assert [one.reader for one in told()] == [place.bench.chair]
    assert letter.path == f"/committees/{place.bench.committee.slug}/manage/"
    assert "quorum" in letter.body and case.request.reference in letter.subject
    commands.note_short_benches(case.request, by=None)
    stories.drain()
    assert Event.objects.filter(kind=Kind.BENCH_SHORT).count() == len(told()) == 1


def test_stepping_aside_a_seat_that_ends_and_a_closed_account_leave_too_few_as_well() -> None:
    place = shelf(members=3)
    case = stories.in_review(shelf=place)
    first, second, _third = place.bench.members
    commands.step_aside(case.request, reason="We wrote a paper together.", by=first)
    commands.unseat_member(Seat.objects.held().get(person=second), by=place.bench.chair)
    stories.drain()
    assert told() == []  # two are left, and two is the quorum
    accounts.deactivate(place.bench.members[2], by=stories.operator())
    stories.drain()
    event = Event.objects.get(kind=Kind.BENCH_SHORT)
    assert (event.facts["left"], event.facts["quorum"]) == (1, 2)
    assert [one.reader for one in told()] == [place.bench.chair]


def test_a_chair_who_has_a_part_in_it_is_not_asked_to_choose_the_judges() -> None:
    place, operator = shelf(members=1), stories.operator()
    stories.submitted(stories.draft(shelf=place, applicant=place.bench.chair))
    assert [one.reader for one in told()] == [operator]


def test_a_new_round_in_which_it_is_still_so_is_told_anew() -> None:
    place = shelf(members=1)
    case = stories.submitted(stories.draft(shelf=place, applicant=place.bench.members[0]))
    commands.return_with_question(case.request, text="Which variables do you need?", by=place.bench.chair)
    question = case.request.questions.get()
    commands.answer(question, text="Age and stage.", by=case.applicant)
    case.request.refresh_from_db()
    commands.submit(case.request, by=case.applicant)
    stories.drain()
    assert Event.objects.filter(kind=Kind.BENCH_SHORT).count() == 2

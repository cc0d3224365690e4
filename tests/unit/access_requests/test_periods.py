"""How long access may be asked for: what a dataset allows, five years, and the boundaries of both."""

from datetime import timedelta
from typing import Any

import pytest

from apps.access_requests import commands, fields
from apps.access_requests.rules import LONGEST, missing_for_submission
from apps.committees import commands as committees
from apps.core import clock
from apps.core.errors import Invalid
from apps.datasets.models import Dataset
from tests import stories

pytestmark = pytest.mark.django_db


def allowing(days: int) -> stories.PublishedDataset:
    published_dataset = stories.published_dataset()
    Dataset.objects.filter(pk=published_dataset.dataset.pk).update(longest_grant_days=days)
    return published_dataset


def wrong(case: stories.Case, **days: Any) -> set[str]:
    return set(missing_for_submission(commands.change(case.request, by=case.applicant, **days)))


@pytest.mark.parametrize(("days", "refused"), [(7, False), (8, True), (800, True)])
def test_case_2_a_period_longer_than_the_dataset_allows_is_not_submitted(days: int, refused: bool) -> None:
    """Case 2: 800 days were signed where 365 are allowed. The first and the last day both count."""
    case, today = stories.draft(published_dataset=allowing(7)), clock.today()
    request = commands.change(case.request, by=case.applicant, starts_on=today, ends_on=today + timedelta(days - 1))
    if not refused:
        commands.submit(request, by=case.applicant)
        return
    with pytest.raises(Invalid) as refusal:
        commands.submit(request, by=case.applicant)
    assert set(refusal.value.fields) == {"ends_on"}


def test_case_2_the_shortest_limit_of_what_is_not_decided_counts() -> None:
    """Case 2: with several datasets the shortest limit counts."""
    case, today = stories.draft(shelves=[allowing(400), allowing(20)]), clock.today()
    assert wrong(case, starts_on=today, ends_on=today + timedelta(20)) == {"ends_on"}
    assert wrong(case, starts_on=today, ends_on=today + timedelta(19)) == set()


def test_five_years_are_the_most_whatever_a_dataset_allows() -> None:
    case, today = stories.draft(published_dataset=allowing(30_000)), clock.today()
    assert wrong(case, starts_on=today, ends_on=today + LONGEST) == set()
    assert wrong(case, starts_on=today, ends_on=today + LONGEST + timedelta(1)) == {"ends_on"}
    late = today + LONGEST
    assert wrong(case, starts_on=late, ends_on=late + timedelta(1)) == set()
    assert wrong(case, starts_on=late + timedelta(1), ends_on=late + timedelta(2)) == {"starts_on"}


def test_a_period_that_ends_today_is_over() -> None:
    case, today = stories.draft(), clock.today()
    assert wrong(case, starts_on=today - timedelta(5), ends_on=today) == {"ends_on"}
    assert wrong(case, starts_on=today - timedelta(5), ends_on=today + timedelta(1)) == set()


@pytest.mark.parametrize(("length", "refused"), [(39, True), (40, False)])
def test_a_purpose_has_at_least_40_characters(length: int, refused: bool) -> None:
    case = stories.draft()
    assert fields.PURPOSE.least == 40
    assert (wrong(case, purpose="x" * length) == {"purpose"}) is refused


def test_what_was_denied_is_revised_in_a_new_draft() -> None:
    """Case 17: a new draft starts with what was written before; the end is left open."""
    case = stories.decided(choice="deny", members=[stories.person()])
    stories.drain()
    copied = commands.copy(case.request, starts_on=clock.today(), by=case.applicant)
    before = case.reload().request
    assert (copied.title, copied.purpose, copied.public_summary) == (
        before.title,
        before.purpose,
        before.public_summary,
    )
    assert (copied.starts_on, copied.ends_on, copied.state) == (clock.today(), None, "draft")
    assert set(copied.items.values_list("dataset", flat=True)) == set(before.items.values_list("dataset", flat=True))
    assert {one.person_id for one in copied.memberships.all()} == {one.pk for one in case.members}


def test_nothing_is_copied_for_datasets_that_cannot_be_requested() -> None:
    published_dataset = stories.published_dataset()
    case = stories.submitted(published_dataset=published_dataset)
    setup = published_dataset.committee_setup
    committees.set_accepting(setup.committee, accepting=False, closed_because="It is changing members.", by=setup.chair)
    with pytest.raises(Invalid):
        commands.copy(case.request, starts_on=clock.today(), by=case.applicant)

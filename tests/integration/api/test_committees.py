"""Committees and their forms through the API: rules, deadlines, the day to expect, and forms as JSON."""

from datetime import timedelta
from uuid import uuid4

import pytest

from apps.committees.models import Committee
from apps.core import clock
from apps.forms import commands as forms
from apps.forms.editing import without
from apps.forms.parsing import parse
from apps.forms.shipped_forms import shipped
from tests import stories
from tests.integration.api.calls import Caller, refused

pytestmark = pytest.mark.django_db


def test_anybody_reads_how_a_committee_decides_and_when() -> None:
    setup = stories.committee_setup()
    visitor = Caller(None)
    path = f"/committees/{setup.committee.slug}"
    shown = visitor.get(path).json()
    assert shown["rules"] == {"rule": "majority", "quorum": 2, "votes_needed": 1, "veto": False, "blind": False}
    assert shown["deadlines"]["review"] == {"amount": 28, "unit": "days"}
    assert shown["expected_on"] == str(clock.today() + timedelta(days=28))
    assert shown["usual_time"] is None
    assert setup.chair.name not in str(shown)
    assert setup.committee.slug in {one["slug"] for one in visitor.get("/committees").json()["items"]}
    refused(visitor.get("/committees/none"), 404)


def test_no_day_is_promised_that_cannot_be_computed() -> None:
    """A calendar that is unknown gives no date, nor does a committee that accepts no requests."""
    setup = stories.committee_setup()
    rows, path = Committee.objects.filter(pk=setup.committee.pk), f"/committees/{setup.committee.slug}"
    rows.update(calendar="XX-NONE", clock_unit="working_days", clock_amount=20)
    assert Caller(None).get(path).json()["expected_on"] is None
    rows.update(calendar="", accepting=False, closed_because="Moving.", closed_until="2099-01-01")
    shown = Caller(None).get(path).json()
    assert (shown["expected_on"], shown["closed_until"]) == (None, "2099-01-01")


def test_the_usual_time_is_said_from_five_decisions_on() -> None:
    setup = stories.committee_setup(members=1, quorum=1)
    dataset = stories.published_dataset(committee_setup=setup)
    path = f"/committees/{setup.committee.slug}"
    for number in range(5):
        assert Caller(None).get(path).json()["usual_time"] is None, number
        stories.decided(stories.in_review(published_dataset=dataset))
    assert Caller(None).get(path).json()["usual_time"] == {
        "median_days": 1, "ninetieth_percentile_days": 1, "decisions": 5
    }  # fmt: skip


def test_published_forms_are_read_as_json_that_can_be_imported() -> None:
    setup, reader = stories.committee_setup(), Caller(stories.person(), "read")
    path = f"/committees/{setup.committee.slug}/forms"
    form = forms.create_form(setup.committee, definition=shipped("short"), by=setup.chair)
    assert reader.get(path).json() == {"items": []}
    first = forms.publish(form, by=setup.chair)
    forms.change_draft(form, definition=without(shipped("short"), "storage"), by=setup.chair)
    draft = form.versions.get(published_at=None)
    assert [one["version"] for one in reader.get(path).json()["items"]] == [str(first.pk)]
    second = forms.publish(form, by=setup.chair)
    shown = reader.get(path).json()["items"]
    assert [(one["version"], one["current"]) for one in shown] == [(str(second.pk), True), (str(first.pk), False)]
    read = reader.get(f"/forms/{first.pk}").json()
    assert read["current"] is False
    assert parse(read["definition"]) == shipped("short")
    assert draft.pk == second.pk
    for unknown in (uuid4(), setup.committee.pk):
        refused(reader.get(f"/forms/{unknown}"), 404)

"""The research purpose of a request: stored, compared with its datasets, and what that refuses."""

from datetime import date, timedelta
from typing import Any

import pytest

from apps.access_requests import commands, purposes, rules
from apps.access_requests.models import AccessRequest
from apps.core import clock
from apps.core.errors import Invalid
from apps.datasets import commands as datasets
from apps.datasets.conditions import Use
from apps.datasets.matching import Outcome, Purpose
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
HEALTH: dict[str, Any] = {"version": 1, "kind": "health", "methods": False, "ancestry": False, "sensitive": []}


def with_conditions(case: stories.Case, *uses: Use) -> stories.Case:
    datasets.describe(case.published_dataset.dataset, by=case.published_dataset.owner, conditions=list(uses))
    return case


def say(case: stories.Case, purpose: dict[str, Any], **more: Any) -> AccessRequest:
    request = commands.change(case.request, by=case.applicant, research_purpose=purpose, **more)
    request.refresh_from_db()
    return request


def test_a_draft_has_no_answers_and_keeps_valid_ones_only() -> None:
    case = stories.draft()
    assert case.request.research_purpose == {} and purposes.matches_of(case.request) == []
    assert say(case, {**HEALTH, "publish": None}).research_purpose == HEALTH
    with pytest.raises(Invalid) as refusal:
        say(case, {"version": 1, "kind": "magic"})
    assert set(refusal.value.fields) == {"research_purpose"}
    assert say(case, {}).research_purpose == {}


def test_a_dataset_that_does_not_fit_is_in_the_way_until_it_or_the_answer_is_changed() -> None:
    case = with_conditions(stories.draft(), Use("DUO:0000006"), Use("DUO:0000046"))
    request = say(case, HEALTH | {"commercial": True})
    (found,) = purposes.matches_of(request)
    assert found.match.outcome == Outcome.DENY and found.dataset.title in purposes.misfits([found])
    assert set(rules.missing_for_submission(request)) == {"datasets"}
    with pytest.raises(Invalid) as refusal:
        commands.submit(request, by=case.applicant)
    assert set(refusal.value.fields) == {"datasets"}
    request = say(case, HEALTH)  # unanswered: the committee checks, and nothing is in the way
    assert purposes.matches_of(request)[0].match.outcome == Outcome.REVIEW
    assert commands.submit(request, by=case.applicant).snapshot["research_purpose"] == HEALTH


def test_access_ends_no_later_than_a_condition_allows() -> None:
    case = stories.draft()
    last = clock.today() + timedelta(days=40)
    with_conditions(case, Use("DUO:0000042"), Use("DUO:0000025", last.isoformat()))
    request = say(case, HEALTH, starts_on=clock.today(), ends_on=last + timedelta(days=1))
    assert set(rules.missing_for_submission(request)) == {"ends_on"}
    limit = purposes.last_day(purposes.matches_of(request))
    assert limit is not None and limit[0] == last
    assert rules.missing_for_submission(say(case, HEALTH, ends_on=last)) == {}
    request = say(case, HEALTH | {"ethics": "approved", "ethics_until": "2020-01-01"}, ends_on=last)
    assert rules.missing_for_submission(request) == {}, "no condition asks for ethics approval"


def test_what_is_stored_in_another_shape_has_no_answers() -> None:
    assert purposes.purpose_of({"version": 9}) == purposes.purpose_of(None) == Purpose()


def test_the_last_purpose_is_that_of_the_request_changed_last() -> None:
    case = stories.draft()
    assert purposes.last_purpose(case.applicant) is None
    say(case, HEALTH)
    other = stories.draft(applicant=case.applicant)
    say(other, {"version": 1, "kind": "other"})
    found = purposes.last_purpose(case.applicant)
    assert found is not None and (found[0].kind, found[1].pk) == ("other", other.request.pk)


def test_recipients_are_known_by_what_is_verified() -> None:
    person = stories.person()
    (known,) = purposes.recipients([Person.objects.select_related("institution").get(pk=person.pk)])
    assert person.institution is not None
    assert known.country == "NO" and person.email in known.person and person.institution.name in known.institution
    (unknown,) = purposes.recipients([Person(email="x@y.example")])
    assert (unknown.country, unknown.person, unknown.institution) == ("", frozenset(), frozenset())


def test_a_period_without_a_cap_is_not_refused() -> None:
    assert purposes.beyond_last_day(date(2030, 1, 1), []) == {} == purposes.beyond_last_day(None, [])

"""Case 11: who reads the log or looks up the access of others is in the log, and so are members and answers."""

from typing import Any

import pytest

from apps.access_requests import commands as requests
from apps.audit.models import Event
from tests import stories

pytestmark = pytest.mark.django_db


def events(kind: str) -> list[Event]:
    return list(Event.objects.filter(kind=kind).order_by("id"))


def test_an_auditor_who_reads_the_log_is_in_it() -> None:
    """Case 11."""
    auditor, other = stories.auditor(), stories.person()
    client = stories.client_for(auditor)
    assert client.get("/oversight/events/").status_code == 200
    assert client.get(f"/oversight/events/?person={other.code}").status_code == 200
    plain, filtered = events("audit.log_read")
    assert (plain.actor_id, plain.about, plain.facts["filters"]) == (auditor.pk, [], "")
    assert (filtered.about, filtered.facts["filters"]) == ([other.pk], "person")


def test_who_may_not_read_the_log_has_not_read_it() -> None:
    """Control."""
    assert stories.client_for(stories.person()).get("/oversight/events/").status_code == 403
    assert events("audit.log_read") == []


def test_looking_up_the_access_of_somebody_else_is_an_event() -> None:
    access = stories.granted()
    slug = access.published_dataset.dataset.slug
    client = stories.client_for(access.owner)
    assert client.get(f"/datasets/{slug}/access/").status_code == 200
    assert events("audit.access_checked") == []
    assert client.get(f"/datasets/{slug}/access/?person={access.holder.code}").status_code == 200
    (event,) = events("audit.access_checked")
    assert (event.actor_id, event.about) == (access.owner.pk, [access.holder.pk])


def test_members_of_a_project_are_added_and_removed_in_the_log() -> None:
    """Case 11: once each, however often the draft is saved."""
    case: Any = stories.draft()
    first, second = stories.person(), stories.person()
    for people in ([first], [first], [second]):
        requests.name_members(case.request, codes=[one.code for one in people], by=case.applicant)
    assert [event.about for event in events("request.project_member_added")] == [[first.pk], [second.pk]]
    assert [event.about for event in events("request.project_member_removed")] == [[first.pk]]


def test_an_answer_to_the_committee_is_in_the_log() -> None:
    """Case 11: that there was one, and not what it says."""
    case = stories.returned()
    question = case.request.questions.get()
    requests.answer(question, text="Age and stage.", by=case.applicant)
    (event,) = events("request.question_answered")
    assert (event.actor_id, event.subject_id, event.about) == (case.applicant.pk, case.request.pk, [question.pk])
    assert event.facts == {}

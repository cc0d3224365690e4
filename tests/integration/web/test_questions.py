"""Questions about one part of a request, on the pages of the committee and of the applicant, and in the API."""

import uuid
from typing import Any

import pytest

from apps.access_requests import commands
from apps.access_requests.models import Question
from tests import stories

pytestmark = pytest.mark.django_db


def once() -> dict[str, str]:
    return {"_once": str(uuid.uuid4())}


def asked(field: str = "purpose") -> stories.Case:
    case = stories.in_review(members=[stories.person()])
    case.question = commands.request_changes(case.request, text="Why?", field=field, by=case.committee_setup.chair)
    return case.reload()


def form(case: stories.Case, **changes: Any) -> dict[str, Any]:
    """What a browser sends: not the fields that are disabled."""
    assert case.question is not None
    return {f"answer_{case.question.pk.hex}": "Because.", "revision": case.request.revision, **changes, **once()}


def test_a_member_asks_about_several_parts() -> None:
    case = stories.in_review()
    client, path = stories.client_for(case.committee_setup.chair), f"/review/{case.request.pk}/request-changes/"
    incomplete = {"text": "Why?", "field": "purpose", "field_2": "title", **once()}
    answer = client.post(path, incomplete)
    assert answer.status_code == 422 and "text_2" in answer.context["question_form"].errors
    assert client.post(path, incomplete | {"text_2": "Which?"} | once()).status_code == 302
    assert set(Question.objects.values_list("field", "text")) == {("purpose", "Why?"), ("title", "Which?")}
    page = client.get(f"/review/{case.request.pk}/").content.decode()
    assert "Which?" in page


def test_only_the_unlocked_field_is_changed_whatever_is_sent() -> None:
    case = asked()
    client, path = stories.client_for(case.applicant), f"/requests/{case.request.pk}/edit/"
    shown = client.get(path).context["form"]
    assert not shown.fields["purpose"].disabled
    locked = ("title", "public_summary", "starts_on", "ends_on", "members", "datasets", "add_dataset")
    assert all(shown.fields[name].disabled for name in locked)
    assert shown.answer_boxes[0]["pinned"].name == "purpose"
    assert "purpose" not in [field.name for field in shown.groups["project"]]
    sent = form(case, purpose="We changed the purpose to another cohort of patients.", title="Forged", members="")
    assert client.post(path, sent).status_code == 302
    case.reload()
    assert case.request.purpose.startswith("We changed") and case.request.title != "Forged"
    assert case.request.memberships.count() == 1
    saved = client.post(
        f"/requests/{case.request.pk}/autosave/", form(case, purpose="Saved by itself, and long enough to be kept.")
    )
    assert saved.status_code == 200


def test_what_is_typed_beside_a_question_is_sent_with_it_without_any_autosave() -> None:
    case = asked()
    client, path = stories.client_for(case.applicant), f"/requests/{case.request.pk}/submit/"
    done = client.post(path, form(case, purpose=f"{stories.PURPOSE} By age."))
    assert done.status_code == 302 and case.reload().request.state == "submitted"
    assert case.request.purpose.endswith("By age.")
    assert case.request.questions.get().answer == "Because."


def test_the_api_has_the_same_rule() -> None:
    case = asked()
    client = stories.client_for(None)
    authorised = {"Authorization": f"Bearer {stories.token(case.applicant, 'read', 'request')}"}
    path = f"/api/v1/requests/{case.request.pk}"
    assert client.get(path, headers=authorised).json()["questions"][0]["field"] == "purpose"
    change = {"title": "Another", "revision": case.request.revision}
    refused = client.patch(path, change, content_type="application/json", headers=authorised)
    assert refused.status_code == 422 and [one["field"] for one in refused.json()["errors"]] == ["title"]
    change = {"purpose": stories.PURPOSE + " More.", "revision": case.request.revision}
    assert client.patch(path, change, content_type="application/json", headers=authorised).status_code == 200

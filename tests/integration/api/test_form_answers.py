"""Answers to committees' forms over the API."""

from typing import Any

import pytest
from django.test import Client

from tests import stories
from tests.unit.access_requests.test_form_answers import FORM, asked

pytestmark = pytest.mark.django_db


def test_answers_are_read_changed_and_kept_as_they_were_sent() -> None:
    request, [version], _datasets = asked(FORM)
    headers: Any = {"HTTP_AUTHORIZATION": f"Bearer {stories.token(request.applicant, 'read', 'request')}"}
    client, address = Client(), f"/api/v1/requests/{request.pk}"

    def send(answers: Any) -> Any:
        body = {"answers": answers, "revision": client.get(address, **headers).json()["revision"]}
        return client.patch(address, body, content_type="application/json", **headers)

    changed = send({str(version.pk): {"leaves": "yes", "where": ["Atlantis"]}})
    assert changed.status_code == 200
    [form] = changed.json()["forms"]
    assert form["answers"] == {"lead": {"name": "Ann Holm"}, "leaves": "yes"}
    assert form["unfinished"] == {"where": ["Atlantis"]} and list(form["errors"]) == ["where"]
    assert any(one["field"].startswith("q-where-") for one in changed.json()["missing"])
    [form] = send({str(version.pk): {"where": ["DK"], "lead": None}}).json()["forms"]
    assert form["answers"] == {"leaves": "yes", "where": ["DK"]} and form["errors"] == {}
    for wrong in ({str(version.pk): {"other": 1}}, {str(request.pk): {"leaves": "no"}}, {"x": {}}, [], "text"):
        assert send(wrong).status_code == 422

"""The question about conflicts of interest through the API: read it, answer it, and what opens then."""

from uuid import uuid4

import pytest

from apps.access_requests.models import NoConflictDeclaration, Recusal
from tests import stories
from tests.integration.api.calls import Caller, fields, refused

pytestmark = pytest.mark.django_db


def test_a_case_opens_after_the_declaration_and_is_about_the_people_who_were_named() -> None:
    case = stories.submitted(declared=False)
    path = f"/reviews/{case.request.pk}"
    chair = Caller(case.committee_setup.chair, "review", "vote")
    refused(chair.get(path), 403)
    asked = chair.get(f"{path}/declaration")
    question = asked.json()
    assert (question["declared"], question["people"][0]["code"]) == (False, case.applicant.code)
    assert case.request.title not in asked.content.decode()
    assert asked["ETag"] == f'"{question["seen"]}"'
    none = {"conflict": False}
    refused(chair.post(f"{path}/declare", none), 428, "condition")
    refused(chair.post(f"{path}/declare", none, If_Match='"other"'), 412, "changed")
    refused(chair.post(f"{path}/declare", none | {"seen": "other"}), 409, "wrong-state")
    assert fields(refused(chair.post(f"{path}/declare", {"conflict": True}), 422)) == {"conflict"}
    assert not NoConflictDeclaration.objects.exists()
    key = str(uuid4())
    for _once in range(2):
        opened = chair.post(f"{path}/declare", none, If_Match=asked["ETag"], Idempotency_Key=key)
        assert opened.json()["submitted"]["request"]["title"] == case.request.title
    assert NoConflictDeclaration.objects.get().person == case.committee_setup.chair
    assert chair.get(f"{path}/declaration").json()["declared"]
    readers = Caller(case.committee_setup.members[0], "review")
    refused(readers.post(f"{path}/declare", none | {"seen": question["seen"]}), 403, "scope")
    for stranger in (stories.person(), case.applicant):
        refused(Caller(stranger, "review", "vote").get(f"{path}/declaration"), 404)


def test_a_recusal_needs_no_declaration_before_it() -> None:
    case = stories.submitted(declared=False)
    path = f"/reviews/{case.request.pk}"
    member = Caller(case.committee_setup.members[0], "review", "vote")
    assert member.post(f"{path}/recuse", {"reason": "We publish together."}).status_code == 204
    assert Recusal.objects.get().person == case.committee_setup.members[0]
    for call in (member.get(f"{path}/declaration"), member.post(f"{path}/recuse", {"reason": "Again."})):
        refused(call, 403)
    refused(Caller(stories.person(), "review", "vote").post(f"{path}/recuse", {"reason": "x"}), 404)

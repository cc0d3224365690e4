"""Invitations through the API: the applicant's list, and the answers of whom they name."""

import pytest

from apps.access_requests.models import Invitation, Membership
from tests import stories
from tests.integration.api.calls import Caller, fields, refused

pytestmark = pytest.mark.django_db


def test_a_person_is_invited_confirms_and_is_a_member_and_another_declines() -> None:
    case = stories.draft()
    anna, bo = stories.person(email="anna@ki.example"), stories.person(email="bo@ki.example")
    path, applicant = f"/requests/{case.request.pk}/invitations", Caller(case.applicant, "read", "request")
    assert fields(refused(applicant.post(path, {"invite": ["bo@ki.example", "wrong"]}), 422)) == {"invite"}
    assert not Invitation.objects.exists()
    sent = {"invite": ["Anna@ki.example", "bo@ki.example", "third@ki.example"]}
    for _twice in range(2):
        answer = applicant.post(path, sent)
        assert answer.status_code == 201 and [one["state"] for one in answer.json()] == ["open"] * 3
    third = answer.json()[2]["id"]
    for caller, act, outcome in ((Caller(anna, "read", "request"), "confirm", "confirmed"),
                                 (Caller(bo, "read", "request"), "decline", "declined")):  # fmt: skip
        (received,) = caller.get("/invitations").json()
        assert received["invited_by"]["code"] == case.applicant.code
        refused(Caller(stories.person(), "request").post(f"/invitations/{received['id']}/{act}", {}), 404)
        assert caller.post(f"/invitations/{received['id']}/{act}", {}).status_code == 204
        refused(caller.post(f"/invitations/{received['id']}/{act}", {}), 404)
        assert caller.get("/invitations").json() == []
        assert outcome in {one["state"] for one in applicant.get(path).json()}
    assert Membership.objects.get().person == anna
    withdrawn = applicant.post(f"{path}/{third}/withdraw", {}).json()
    assert withdrawn[2]["state"] == "withdrawn" and withdrawn[0]["member"]["code"] == anna.code
    refused(applicant.post(f"{path}/{third}/withdraw", {}), 409)

"""Documents through the API: multipart, type, size, malware check, who downloads them, and removal."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.access_requests import commands
from apps.access_requests.models import Attachment
from apps.audit.kinds import Kind
from apps.audit.models import Event
from tests import stories
from tests.integration.api.calls import ROOT, Caller, fields, refused

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nEthics"


def send(caller: Caller, path: str, name: str = "ethics.pdf", content: bytes = PDF, key: str = "", **more: Any) -> Any:
    sent = {"file": SimpleUploadedFile(name, content), **more}
    headers = caller.headers(**({"Idempotency-Key": key} if key else {}))
    return caller.client.post(ROOT + path, sent, headers=headers)


def test_a_document_is_attached_once_listed_checked_downloaded_and_removed() -> None:
    case = stories.draft()
    path = f"/requests/{case.request.pk}/documents"
    caller, key = Caller(case.applicant, "read", "request"), str(uuid4())
    made = [send(caller, path, kind="ethics", key=key) for _twice in range(2)]
    assert [one.status_code for one in made] == [201, 201], made[0].content
    document = made[0].json()
    assert (document["kind"], document["malware_check"], document["can_be_opened"]) == ("ethics", "waiting", False)
    refused(send(caller, path, content=PDF + b"x", key=key), 422)
    assert [one["id"] for one in caller.get(path).json()["items"]] == [document["id"]]
    content = f"{path}/{document['id']}/content"
    refused(caller.get(content), 409, "wrong-state")
    stories.drain()
    assert caller.head(content).status_code == 200
    assert not Event.objects.filter(kind=Kind.ATTACHMENT_OPENED).exists()
    answer = caller.get(content)
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert Event.objects.get(kind=Kind.ATTACHMENT_OPENED).actor_id == case.applicant.pk
    refused(Caller(stories.person(), "read", "request").get(content), 404)
    refused(Caller(case.applicant, "read").send("DELETE", f"{path}/{document['id']}", None), 403, "scope")
    assert caller.send("DELETE", f"{path}/{document['id']}", None).status_code == 204
    refused(caller.send("DELETE", f"{path}/{document['id']}", None), 404)
    assert caller.get(path).json()["items"] == []


def test_what_is_no_document_is_refused_at_its_field_and_not_stored(settings: Any) -> None:
    case = stories.draft()
    path = f"/requests/{case.request.pk}/documents"
    caller = Caller(case.applicant, "read", "request")
    assert fields(refused(send(caller, path, name="x.exe"), 422)) == {"file"}
    assert fields(refused(send(caller, path, content=b"not a PDF"), 422)) == {"file"}
    assert fields(refused(send(caller, path, kind="other thing"), 422)) == {"kind"}
    assert fields(refused(send(caller, path, question=str(uuid4())), 422)) == {"question"}
    assert fields(refused(send(caller, path, version=str(uuid4())), 422)) == {"key"}
    assert fields(refused(caller.client.post(ROOT + path, {"kind": "cv"}, headers=caller.headers()), 422)) == {"file"}
    refused(caller.post(path, {"file": "x"}), 415, "not-json")
    refused(caller.send("POST", path, b"--x", kind="multipart/form-data"), 400, "malformed")
    settings.ATTACHMENT_BYTES = 5
    refused(send(caller, path), 413)
    assert not Attachment.objects.exists()


def test_a_committee_downloads_what_was_submitted_after_it_declared() -> None:
    case = stories.draft()
    stories.document(case.request, by=case.applicant)
    stories.drain()
    case = stories.submitted(case, declared=False)
    (document,) = case.request.attachments.all()
    path = f"/reviews/{case.request.pk}/documents/{document.pk}/content"
    chair = Caller(case.committee_setup.chair, "review")
    refused(chair.get(path), 403)
    stories.declare(case.request)
    assert chair.get(path).status_code == 200
    refused(Caller(case.applicant, "review").get(path), 404)
    commands.recuse(case.request, reason="We publish together.", by=case.committee_setup.chair)
    refused(chair.get(path), 403)
    assert Event.objects.filter(kind=Kind.ATTACHMENT_OPENED).count() == 1

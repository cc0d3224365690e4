"""Documents on pages: attached, opened, removed, with a message and on the page of the case."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.access_requests import commands as requests
from apps.access_requests.models import Attachment, Message
from tests import stories

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nEthics"


def pdf(name: str = "ethics.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def once() -> dict[str, str]:
    return {"_once": str(uuid.uuid4())}


def test_a_document_is_attached_submitted_and_opened_as_an_attachment() -> None:
    case = stories.draft()
    applicant, chair = stories.client_for(case.applicant), stories.client_for(case.committee_setup.chair)
    page = f"/requests/{case.request.pk}/documents/"
    assert applicant.post(page, {"file": pdf(), "kind": "ethics", **once()}).status_code == 302
    document = Attachment.objects.get()
    address = f"{page}{document.pk}/"
    assert applicant.get(address).status_code == 409  # in quarantine
    stories.submitted(case)
    assert address in chair.get(f"/review/{case.request.pk}/").content.decode()
    answer = chair.get(address)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="ethics.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Accel-Redirect"].endswith(str(document.storage_key))


@pytest.mark.parametrize(("name", "content"), [("a.pdf", b"MZ"), ("a.exe", PDF), ("a.pdf", b"")])
def test_what_is_refused_is_named_at_its_field(name: str, content: bytes) -> None:
    case = stories.draft()
    client = stories.client_for(case.applicant)
    sent = {"file": pdf(name, content), "kind": "other", **once()}
    answer = client.post(f"/requests/{case.request.pk}/documents/", sent)
    assert answer.status_code == 422 and "file" in answer.context["form"].errors
    assert not Attachment.objects.exists()


def test_a_document_that_is_too_large_is_refused(settings: Any) -> None:
    settings.ATTACHMENT_BYTES = 3
    case = stories.draft()
    client = stories.client_for(case.applicant)
    answer = client.post(f"/requests/{case.request.pk}/documents/", {"file": pdf(), "kind": "other", **once()})
    assert answer.status_code == 413 and "file" in answer.context["form"].errors


def test_a_document_answers_a_question_and_is_removed() -> None:
    case = stories.returned()
    assert case.question is not None
    client, page = stories.client_for(case.applicant), f"/requests/{case.request.pk}/documents/"
    client.post(page, {"file": pdf(), "kind": "plan", "question": str(case.question.pk), **once()})
    document = Attachment.objects.get()
    assert document.question == case.question
    assert client.post(f"{page}{document.pk}/remove/", once()).status_code == 302
    assert not Attachment.objects.exists()


def test_a_document_of_a_part_that_is_locked_is_not_removed_and_the_page_says_so() -> None:
    case = stories.draft()
    client, page = stories.client_for(case.applicant), f"/requests/{case.request.pk}/documents/"
    client.post(page, {"file": pdf(), "kind": "ethics", **once()})
    document = Attachment.objects.get()
    remove = f"{page}{document.pk}/remove/"
    assert remove in client.get(page).content.decode(), "the control: a draft is not locked"
    case = stories.in_review(stories.submitted(case))
    question = requests.request_changes(case.request, text="Why?", field="purpose", by=case.committee_setup.chair)
    shown = client.get(page)
    assert remove not in shown.content.decode() and shown.context["locked"]
    assert [value for value, _label in shown.context["form"].fields["question"].choices] == [str(question.pk)]
    refused = client.post(remove, once())
    assert refused.status_code == 422 and refused.context["refused"]
    assert Attachment.objects.filter(pk=document.pk, removed_at=None).exists()
    stories.drain()
    note = case.applicant.notifications.get(kind="request.returned")
    assert "> Purpose: Why?" in note.body


def test_a_message_and_its_document_are_sent_together_or_not_at_all() -> None:
    case = stories.in_review()
    client, path = stories.client_for(case.applicant), f"/requests/{case.request.pk}/messages/"
    assert client.post(path, {"text": "Attached.", "file": pdf("a.exe"), **once()}).status_code == 422
    assert not Message.objects.exists()
    assert client.post(path, {"text": "Attached.", "file": pdf(), **once()}).status_code == 302
    document = Attachment.objects.get()
    assert document.message == Message.objects.get()
    stories.drain()
    page = stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/").content.decode()
    assert f"/requests/{case.request.pk}/documents/{document.pk}/" in page


def test_the_draft_is_saved_on_the_way_to_its_documents() -> None:
    case = stories.draft()
    client = stories.client_for(case.applicant)
    form = {**stories.answers(), "title": "Kept", "members": "", "revision": "", "documents": "1"}
    form["datasets"] = case.published_dataset.dataset.slug
    answer = client.post(f"/requests/{case.request.pk}/edit/", form | once())
    assert answer["Location"] == f"/requests/{case.request.pk}/documents/"
    assert case.reload().request.title == "Kept"

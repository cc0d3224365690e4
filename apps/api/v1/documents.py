"""Documents of a request: list, attach, download and remove them; and reports that a condition is met.

The same commands as the pages: type, size and malware check are those of `apps.access_requests.rules_attachments`.
"""

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Router
from ninja.files import UploadedFile

from apps.access_requests import commands, form_answers, form_files, queries_thread, rules_attachments
from apps.access_requests.models import AccessRequest, Attachment, Condition, Question
from apps.api import reviews, schemas, uploads
from apps.api.auth import READ, REQUEST, REQUEST_WITH_FILE, REVIEW, caller
from apps.api.errors import InvalidFields
from apps.api.idempotency import idempotent_call
from apps.api.v1.requests import _answer, _mine
from apps.api.v1.reviews import case_for
from apps.core.errors import NotFound
from apps.core.file_response import stored_file
from apps.people.models import Person

router = Router(tags=["requests"])


@router.get("/requests/{uuid:pk}/documents", response=schemas.DocumentList, auth=READ, url_name="documents")
def list_documents(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """The documents of your request as they are now, oldest first; not those of messages. Scope: read."""
    found = queries_thread.documents_of(_mine(caller(request), pk))
    return {"items": [reviews.document(one) for one in found]}


@router.post(
    "/requests/{uuid:pk}/documents", response={201: schemas.DocumentOut}, auth=REQUEST_WITH_FILE, url_name="documents"
)
def attach_document(
    request: HttpRequest,
    pk: UUID,
    file: File[UploadedFile],
    kind: Form[schemas.DocumentKind] = "other",
    question: Form[UUID | None] = None,
    version: Form[UUID | None] = None,
    key: Form[str] = "",
) -> dict[str, Any]:
    """Attach one file, as multipart/form-data, while you can change the request. Scope: request.

    `question` is the id of a committee's question that it answers; `version` and `key` are a form and its question that
    asks for a file. Nobody can download the file before it was checked for malware: see `malware_check`.
    """
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        mine = _mine(by, pk)
        facts: dict[str, Any] = {
            "kind": kind,
            "question": _question(mine, question),
            "field": _field(mine, version, key),
        }
        sent: dict[str, Any] = {
            "name": uploads.name_of(file),
            "content": cast(BinaryIO, file.file),
            "size": file.size or 0,
        }
        made = commands.attach(mine, **facts, **sent, by=by)
        return made.pk, made.pk

    made = idempotent_call(request, do=do, replay=lambda pk: pk, body=uploads.fingerprint_of(request))
    return reviews.document(_found(by, _mine(by, pk), made))


@router.delete("/requests/{uuid:pk}/documents/{uuid:document}", response={204: None}, auth=REQUEST)
def remove_document(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Remove a document while you can change the request. A submitted round keeps it. Scope: request."""
    by = caller(request)
    commands.remove_attachment(_found(by, _mine(by, pk), document), by=by)
    return HttpResponse(status=204)


@router.get("/requests/{uuid:pk}/documents/{uuid:document}/content", response={200: None}, auth=READ,
    url_name="read_document")  # fmt: skip
def read_document(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Download a document of your request or of its messages; each download is recorded. Scope: read."""
    by = caller(request)
    return _content(request, _found(by, _mine(by, pk), document), by)


@router.get("/reviews/{uuid:pk}/documents/{uuid:document}/content", response={200: None}, auth=REVIEW,
    url_name="read_review_document")  # fmt: skip
def read_review_document(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Download a document of a case that your committee may read; each download is recorded. Scope: review."""
    by = caller(request)
    return _content(request, _found(by, case_for(by, pk), document), by)


@router.post("/requests/{uuid:pk}/conditions/{uuid:condition}/report", response=schemas.RequestOut, auth=REQUEST)
def report_condition(
    request: HttpRequest, pk: UUID, condition: UUID, body: schemas.NewReport, response: HttpResponse
) -> dict[str, Any]:
    """Report that a condition of the approval is met; the committee accepts it or sends it back. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        found = Condition.objects.filter(item__request=_mine(by, pk), pk=condition).select_related("item__request")
        wanted = found.first()
        if wanted is None:
            raise NotFound(_("This condition does not exist."))
        commands.report_condition(wanted, note=body.note, by=by)
        return pk, pk

    return _answer(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


def _found(by: Person, asked: AccessRequest, pk: UUID) -> Attachment:
    found = queries_thread.attachments_for(by, asked).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This document does not exist, or you are not allowed to see it."))
    return found


def _content(request: HttpRequest, wanted: Attachment, by: Person) -> HttpResponse:
    """The bytes; the event is written before the first of them. HEAD writes none."""
    rules_attachments.check_can_open(wanted)
    if request.META["REQUEST_METHOD"] == "GET":
        commands.open_attachment(wanted, by=by)
    name = wanted.name or f"document-{wanted.pk}"
    return stored_file(str(wanted.storage_key), name=name, media_type=wanted.media_type)


def _question(mine: AccessRequest, pk: UUID | None) -> Question | None:
    if pk is None:
        return None
    found = mine.questions.filter(pk=pk).first()
    if found is None:
        raise InvalidFields({"question": _("This question does not exist.")})
    return found


def _field(mine: AccessRequest, version: UUID | None, key: str) -> str:
    """The question of a form that asks for the file; empty if none was named."""
    if version is None and not key:
        return ""
    asked = next((one for one in form_answers.asked_forms(mine) if one.version == version), None)
    if asked is None or not any(one.key == key for one in form_files.asking(asked)):
        raise InvalidFields({"key": _("This request is not asked for this file. Reload the page.")})
    return form_files.field_of(asked.form, key)

"""The messages about a case as its committees read and write them. Scope: review."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import commands, queries_thread
from apps.access_requests.models import Attachment, Message
from apps.access_requests.queries_thread import Reader
from apps.api import pagination, reviews, schemas
from apps.api.auth import REVIEW, caller
from apps.api.errors import InvalidFields
from apps.api.idempotency import idempotent_call
from apps.api.v1.datasets import Cursor, Size
from apps.api.v1.reviews import case_for
from apps.committees.models import Committee
from apps.core.errors import Denied
from apps.people.models import Person

router = Router(tags=["reviews"])


@router.get("/reviews/{uuid:pk}/messages", response=schemas.ReviewMessagePage, auth=REVIEW)
def list_review_messages(
    request: HttpRequest, pk: UUID, cursor: Cursor = "", limit: Size = pagination.DEFAULT_SIZE
) -> dict[str, Any]:
    """Messages with the applicant, and the internal ones of your committees, newest first. Scope: review."""
    reader = _reader(caller(request), pk)
    found = queries_thread.messages_of(reader)
    items, next_cursor = pagination.page(f"review {pk}", found, moment="written_at", cursor=cursor, size=limit)
    return {"items": _shown(items, reader), "next_cursor": next_cursor}


@router.post("/reviews/{uuid:pk}/messages", response={201: schemas.ReviewMessage}, auth=REVIEW)
def send_review_message(request: HttpRequest, pk: UUID, body: schemas.NewReviewMessage) -> dict[str, Any]:
    """Write for your committee only, or with `"internal": false` for the applicant's side too. Scope: review."""
    by = caller(request)
    reader = _reader(by, pk)

    def do() -> tuple[UUID, UUID]:
        committee = _committee(reader, body.committee)
        message = commands.write_message(
            reader.request, text=body.text, committee=committee, internal=body.internal, by=by
        )
        return message.pk, message.pk

    sent = idempotent_call(request, do=do, replay=lambda pk: pk)
    return _shown([queries_thread.messages_of(reader).get(pk=sent)], reader)[0]


def _reader(by: Person, pk: UUID) -> Reader:
    """The person as a member of the committees; a deputy reads no messages."""
    reader = queries_thread.reader_of(by, case_for(by, pk))
    if not reader.committees:
        raise Denied(_("Only a member of the committee for this request can do this."))
    return reader


def _committee(reader: Reader, slug: str) -> Committee:
    named = [one for one in reader.committees if slug in ("", one.slug)]
    if len(named) == 1:
        return named[0]
    raise InvalidFields({"committee": _("Enter the short name of one of your committees that decide on this request.")})


def _shown(messages: list[Message], reader: Reader) -> list[dict[str, Any]]:
    own = {one.pk for one in reader.committees}
    documents: dict[UUID, list[Attachment]] = {}
    for one in Attachment.objects.filter(message__in=messages, message__withdrawn_at__isnull=True):
        documents.setdefault(one.message_id, []).append(one)  # type: ignore[arg-type]
    return [reviews.message(one, documents.get(one.pk, []), own) for one in messages]

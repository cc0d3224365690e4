"""Messages about the caller's own requests. What a committee writes for itself is never here."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import commands, queries_thread
from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Message
from apps.access_requests.queries_thread import Reader
from apps.api import pagination, schemas
from apps.api.auth import READ, REQUEST, caller
from apps.api.idempotency import idempotent_call
from apps.api.v1.datasets import Cursor, Size
from apps.core.errors import NotFound
from apps.people.models import Person

router = Router(tags=["requests"])


@router.get("/requests/{uuid:pk}/messages", response=schemas.MessagePage, auth=READ)
def list_messages(
    request: HttpRequest, pk: UUID, cursor: Cursor = "", limit: Size = pagination.DEFAULT_SIZE
) -> dict[str, Any]:
    """The messages that the applicant's side and the committees wrote to each other, newest first. Scope: read."""
    mine = _mine(caller(request), pk)
    found = queries_thread.messages_of(Reader(mine, is_party=True))
    items, next_cursor = pagination.page(f"messages {pk}", found, moment="written_at", cursor=cursor, size=limit)
    return {"items": [_message(one) for one in items], "next_cursor": next_cursor}


@router.post("/requests/{uuid:pk}/messages", response={201: schemas.MessageOut}, auth=REQUEST)
def send_message(request: HttpRequest, pk: UUID, body: schemas.NewMessage) -> dict[str, Any]:
    """Send a message to the committees; it changes neither the request nor its round. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        with transaction.atomic():
            message = commands.write_message(_mine(by, pk), text=body.text, by=by)
        return message.pk, message.pk

    sent = idempotent_call(request, do=do, replay=lambda pk: pk)
    found = queries_thread.messages_of(Reader(_mine(by, pk), is_party=True))
    return _message(found.get(pk=sent))


def _mine(by: Person, pk: UUID) -> AccessRequest:
    found = requests.of_person(by).filter(pk=pk, submitted_at__isnull=False).first()
    if found is None:
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    return found


def _message(one: Message) -> dict[str, Any]:
    """A committee speaks as one: its members are not named."""
    committee = one.committee
    return {
        "id": one.pk,
        "author": one.author.code if committee is None else "",
        "committee": committee.slug if committee is not None else "",
        "text": one.text,
        "written_at": one.written_at,
        "withdrawn_at": one.withdrawn_at,
    }

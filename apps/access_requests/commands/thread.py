"""Verbs of the thread: write a message about a request, withdraw one. Neither changes the request or its round."""

from django.db import transaction

from apps.access_requests import rules_thread
from apps.access_requests.commands.attachments import _take_back
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, Message
from apps.audit.record import Kind, record
from apps.committees.models import Committee
from apps.core import clock
from apps.core.actors import Actor
from apps.core.text import typed
from apps.people.rules import check_person


@transaction.atomic
def write_message(
    request: AccessRequest, *, text: str, committee: Committee | None = None, internal: bool = False, by: Actor
) -> Message:
    """Write about the request: for the applicant's side, or as a member of `committee`; `internal` is for it only."""
    by = check_person(by)
    request = _lock(request)
    rules_thread.check_can_write(by, request, committee=committee, internal=internal)
    text = typed(text, field="text").strip()
    rules_thread.check_text(text)
    message = Message.objects.create(request=request, author=by, committee=committee, internal=internal, text=text)
    message.refresh_from_db(fields=["written_at"])
    if committee is not None and internal:
        record(Kind.INTERNAL_MESSAGE_SENT, actor=by, subject=request, about=[message, committee])
    else:
        record(Kind.MESSAGE_SENT, actor=by, subject=request, about=[message])
    return message


@transaction.atomic
def withdraw_message(message: Message, *, by: Actor) -> None:
    """The author takes a message back in the first ten minutes: its text is deleted, that it was there stays."""
    by = check_person(by)
    _lock(message.request)
    message = Message.objects.select_related("request").get(pk=message.pk)
    rules_thread.check_can_withdraw_message(by, message)
    _take_back(message)
    Message.objects.filter(pk=message.pk).update(text="", withdrawn_at=clock.now())
    if message.internal and message.committee_id is not None:
        about = [message.pk, message.committee_id]
        record(Kind.INTERNAL_MESSAGE_WITHDRAWN, actor=by, subject=message.request, about=about)
    else:
        record(Kind.MESSAGE_WITHDRAWN, actor=by, subject=message.request, about=[message])

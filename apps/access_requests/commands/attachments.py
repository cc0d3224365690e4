"""Verbs of attached documents: attach, check for malware, open, remove."""

import hashlib
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from apps.access_requests import rules_attachments
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, Attachment, Message, Question
from apps.audit.record import Kind, record
from apps.core import clock, malware
from apps.core.actors import SYSTEM, Actor
from apps.core.errors import Unavailable
from apps.core.identifiers import new_storage_key
from apps.core.storage import private_storage
from apps.people.models import Person
from apps.people.rules import check_named, check_person

BLOCK = 1024 * 1024


def attach(
    request: AccessRequest, *, name: str, content: BinaryIO, size: int, kind: str = Attachment.Kind.OTHER,
    field: str = "", question: Question | None = None, message: Message | None = None, by: Actor,
) -> Attachment:  # fmt: skip
    """Attach a document to the request, to the answer of a question or to a message.

    `field` names the question of a form that asks for it (`form_files.field_of`). The bytes are stored first, then the
    row. Nobody can open the document before it was checked for malware (`check_attachment`).
    """
    by = check_person(by)
    with transaction.atomic():
        rules_attachments.check_can_attach(by, _lock(request), question=question, message=message, field=field)
    name, media_type = rules_attachments.check_document(name, size, content)
    rules_attachments.check_answers_question(request, field, name, size)
    key, sha256 = _store(content)
    facts = {"name": name, "size": size, "media_type": media_type, "sha256": sha256, "storage_key": key}
    try:
        return _register(request, by=by, kind=kind, field=field, question=question, message=message, **facts)
    except BaseException:
        private_storage().delete(key)
        raise


@transaction.atomic
def _register(request: AccessRequest, *, by: Person, **facts: Any) -> Attachment:
    request = _lock(request)
    beside = {"question": facts["question"], "message": facts["message"]}
    rules_attachments.check_can_attach(by, request, field=facts["field"], **beside)
    rules_attachments.check_answers_question(request, facts["field"], facts["name"], facts["size"])
    attachment = Attachment.objects.create(request=request, uploaded_by=by, **facts)
    # Of a message the event does not name the request: who reads the message is not who reads the request's history.
    about = [facts["message"]] if facts["message"] is not None else [request]
    record(Kind.ATTACHMENT_ADDED, actor=by, subject=attachment, about=about, sha256=facts["sha256"])
    return attachment


def _store(content: BinaryIO) -> tuple[str, str]:
    """The key of the stored bytes and their SHA-256 (FIPS 180-4, lower-case hex)."""
    digest = hashlib.sha256()
    content.seek(0)
    while block := content.read(BLOCK):
        digest.update(block)
    content.seek(0)
    try:
        return str(private_storage().save(new_storage_key(), File(content))), digest.hexdigest()
    except OSError as fault:
        raise Unavailable(_("The file could not be stored. Nothing was saved. Try again later.")) from fault


@transaction.atomic
def check_attachment(pk: UUID, *, by: Actor) -> None:
    """Ask the scanner about a waiting document; one that is infected is deleted. Raises ScannerUnavailable: it waits.

    Without a scanner it becomes `unchecked`, which pages say. Does nothing if it was checked already.
    """
    check_named(by, SYSTEM)
    waiting = Attachment.objects.select_for_update().filter(pk=pk, check_state=Attachment.CheckState.WAITING)
    attachment = waiting.first()
    if attachment is None or attachment.storage_key is None:
        return
    states, now = Attachment.CheckState, clock.now()
    found = malware.Verdict()
    if malware.is_configured():
        with private_storage().open(attachment.storage_key, "rb") as content:
            found = malware.scan(content)
    rows = Attachment.objects.filter(pk=pk)
    if found.infected:
        rows.update(check_state=states.INFECTED, checked_at=now, storage_key=None)
        _delete_after_commit([attachment.storage_key])
        about = [attachment.message_id or attachment.request_id]
        record(Kind.ATTACHMENT_REFUSED, actor=by, subject=attachment, about=about, signature=found.signature)
        return
    rows.update(check_state=states.CLEAN if malware.is_configured() else states.UNCHECKED, checked_at=now)
    record(Kind.ATTACHMENT_CHECKED, actor=by, subject=attachment, scanner=malware.is_configured())


@transaction.atomic
def open_attachment(attachment: Attachment, *, by: Actor) -> None:
    """Write that a person opens the document, before its first byte is sent. Who may read it is asked before."""
    by = check_person(by)
    rules_attachments.check_can_open(attachment)
    record(Kind.ATTACHMENT_OPENED, actor=by, subject=attachment)


@transaction.atomic
def remove_attachment(attachment: Attachment, *, by: Actor) -> None:
    """The applicant takes a document back. A round that contains it keeps it; otherwise it is deleted."""
    by = check_person(by)
    request = _lock(attachment.request)
    attachment = Attachment.objects.select_related("request").get(pk=attachment.pk)
    rules_attachments.check_can_remove(by, attachment)
    record(Kind.ATTACHMENT_REMOVED, actor=by, subject=attachment, about=[request])
    if request.rounds.filter(opened_at__gte=attachment.uploaded_at).exists():
        Attachment.objects.filter(pk=attachment.pk).update(removed_at=clock.now())
    else:
        _delete_after_commit([attachment.storage_key])
        Attachment.objects.filter(pk=attachment.pk).delete()


def _drop_attachments(request: AccessRequest) -> None:
    """Delete the documents of a draft that is discarded."""
    _delete_after_commit(list(request.attachments.values_list("storage_key", flat=True)))
    request.attachments.all().delete()


def _take_back(message: Message) -> None:
    """Delete the documents of a message that its author withdraws; what they were is kept."""
    found = Attachment.objects.filter(message=message, storage_key__isnull=False)
    _delete_after_commit(list(found.values_list("storage_key", flat=True)))
    found.update(storage_key=None, name="")


def _delete_after_commit(keys: list[str | None]) -> None:
    """If the process dies in between, the clean-up of orphaned files deletes them."""
    for key in filter(None, keys):
        transaction.on_commit(partial(private_storage().delete, key))

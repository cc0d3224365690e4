"""Who may attach a document to what, and which documents."""

from collections.abc import Iterable
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from apps.access_requests import document_types, form_answers, form_files, questions, rules
from apps.access_requests.models import AccessRequest, Attachment, Message, Question
from apps.access_requests.rules_questions import check_unlocked, editable_fields
from apps.core.errors import Denied, Gone, Invalid, UploadTooLarge, WrongState
from apps.core.sizes import size_in_words
from apps.datasets.rules import check_file_name
from apps.forms.combined import name_of
from apps.people.models import Person

MOST = 40  # documents of one request, and of one message
LONGEST_NAME = 200


def check_can_attach(
    by: Person, request: AccessRequest, *, question: Question | None, message: Message | None, field: str = ""
) -> None:
    """The applicant while they can change the request; to a message its author, in the act of writing it.

    `field` is the question of a form that the document answers (`form_files.field_of`).
    """
    if message is None and field:
        rules.check_can_edit(by, request)
        form, asked = form_files.asked_here(form_answers.asked_forms(request), field)
        check_unlocked(editable_fields(request), [], [name_of(form, asked)])
    elif message is None:
        rules.check_can_edit(by, request)
        check_unlocked(editable_fields(request), [] if _is_asked_now(question) else [questions.DOCUMENTS])
    elif message.author_id != by.pk or message.request_id != request.pk:
        raise Denied(_("Only the author of a message can attach a document to it."))
    if question is not None and question.request_id != request.pk:
        raise Denied(_("This question belongs to another request."))
    found = request.attachments.filter(message=message, removed_at__isnull=True)
    if found.count() >= MOST:
        raise Invalid(_("You can attach at most %(n)s documents. Remove one first.") % {"n": MOST}, field="file")


def check_answers_question(request: AccessRequest, field: str, name: str, size: int) -> None:
    """A question of a form accepts one more document of this name and size."""
    if field:
        form_files.check_accepts(*form_files.asked_here(form_answers.asked_forms(request), field), name, size)


def check_document(name: str, size: int, content: BinaryIO) -> tuple[str, str]:
    """The name and media type as they are stored; a refusal says what is accepted."""
    name = check_file_name(name)
    if len(name) > LONGEST_NAME:
        raise Invalid(
            _("The file name has more than %(n)s characters. Shorten it.") % {"n": LONGEST_NAME}, field="file"
        )
    if size > settings.ATTACHMENT_BYTES:
        limit = {"limit": size_in_words(settings.ATTACHMENT_BYTES)}
        raise UploadTooLarge(
            _("This document is larger than %(limit)s. Nothing was saved. Choose a smaller file.") % limit, field="file"
        )
    if not size:
        raise Invalid(_("This document is empty. Choose another file."), field="file")
    if document_types.extension_of(name) not in document_types.TYPES:
        accepted = {"types": ", ".join(document_types.ACCEPTED)}
        raise Invalid(
            _("You cannot attach this type of file. Choose one of these types: %(types)s.") % accepted, field="file"
        )
    media_type = document_types.media_type_of(name, content)
    if not media_type:
        raise Invalid(
            _(
                "The content of this file does not match its extension, or the file contains macros. Save it in "
                "an accepted format without macros, then try again."
            ),
            field="file",
        )
    return name, media_type


def check_can_remove(by: Person, attachment: Attachment) -> None:
    """The applicant, while they can change the request. A document of a message stays with the message."""
    rules.check_can_edit(by, attachment.request)
    if attachment.message_id is not None or attachment.removed_at is not None:
        raise WrongState(_("You cannot remove this document. It belongs to a message, or it was removed already."))
    _check_unlocked(attachment, editable_fields(attachment.request))


def removable(request: AccessRequest, documents: Iterable[Attachment]) -> set[UUID]:
    """Those of these documents of a request that the applicant can remove while they are changing it."""
    editable = editable_fields(request)
    return {one.pk for one in documents if one.message_id is None and _is_unlocked(one, editable)}


def documents_are_locked(request: AccessRequest) -> bool:
    """Whether the applicant can attach a document only to an answer: the committee did not ask about the documents."""
    editable = editable_fields(request)
    return editable is not None and questions.DOCUMENTS not in editable


def _is_unlocked(attachment: Attachment, editable: frozenset[str] | None) -> bool:
    try:
        _check_unlocked(attachment, editable)
    except Invalid:
        return False
    return True


def _check_unlocked(attachment: Attachment, editable: frozenset[str] | None) -> None:
    if attachment.field and editable is not None:
        found = form_files.question_with(form_answers.asked_forms(attachment.request), attachment)
        check_unlocked(editable, [], [name_of(*found)] if found is not None else [attachment.field])
        return
    check_unlocked(editable, [] if _is_asked_now(attachment.question) else [questions.DOCUMENTS])


def _is_asked_now(question: Question | None) -> bool:
    """Whether the committee asked it when it returned the request last: a document for it needs no unlocking."""
    if question is None:
        return False
    return not question.request.rounds.filter(number__gt=question.round.number).exists()


def check_can_open(attachment: Attachment) -> None:
    """Not before it was checked, and not what was found to contain malware or was deleted with its message."""
    if attachment.check_state == Attachment.CheckState.WAITING:
        raise WrongState(_("This document is being checked for malware. Try again in a minute."))
    if attachment.storage_key is None:
        raise Gone(_("This document was deleted, so you cannot open it."))

"""Messages about what people write to each other on a request. They say that, never what: who reads a message is
checked when its page is opened, and not when an e-mail was sent.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.access_requests import queries, queries_thread
from apps.access_requests.models import Attachment
from apps.access_requests.models import Message as WrittenMessage
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core import clock
from apps.notifications.models import Notification
from apps.notifications.recipients import Message, Note, Notes, subject_of
from apps.people.models import Person

BURST = timedelta(minutes=30)
KINDS = (Kind.MESSAGE_SENT, Kind.INTERNAL_MESSAGE_SENT)


def _message_sent(event: Event) -> Notes:
    """Everyone else who can read it: the applicant's side, and the members of the committees, or of one of them."""
    asked = WrittenMessage.objects.select_related("request", "author", "committee")
    message = asked.filter(pk__in=event.about, withdrawn_at__isnull=True).first()
    if message is None:
        return
    request = message.request
    facts: dict[str, Any] = {"reference": request.reference, "title": request.title, "author": message.author.name}
    if message.internal:
        committees, parties = {message.committee_id}, Person.objects.none()
    else:
        committees = set(request.items.values_list("committee_id", flat=True))
        parties = queries.people_of(request)
    page, case = reverse("request_page", args=[request.pk]), reverse("case", args=[request.pk])
    outside = facts | {"author": message.committee.name if message.committee else message.author.name}
    for person in _not_just_notified(parties.exclude(pk=message.author_id), f"{page}#messages"):
        yield Note(person, "message_sent", f"{page}#messages", outside)
    words = "internal_message_sent" if message.internal else "message_sent"
    readers = queries_thread.readers_of(request, committees=[pk for pk in committees if pk])
    for person in _not_just_notified(readers.exclude(pk=message.author_id), f"{case}#messages"):
        yield Note(person, words, f"{case}#messages", facts)


def _attachment_refused(event: Event) -> Notes:
    """Whoever attached the document."""
    asked = Attachment.objects.select_related("request", "uploaded_by").filter(pk=subject_of(event))
    for one in asked:
        request = one.request
        party = queries_thread.is_party(one.uploaded_by, request)
        page = reverse("request_page" if party else "case", args=[request.pk])
        facts = {"reference": request.reference, "document": one.name or one.get_kind_display()}
        yield Note(one.uploaded_by, "attachment_refused", page, facts)


def _not_just_notified(people: Iterable[Person], path: str) -> list[Person]:
    """One notification a burst: not those with an unread one of the last half hour about the same thread."""
    recent = Notification.objects.filter(kind__in=KINDS, path=path, read_at__isnull=True)
    known = set(recent.filter(written_at__gt=clock.now() - BURST).values_list("reader_id", flat=True))
    return [person for person in people if person.pk not in known]


MESSAGES: Mapping[Kind, Message] = {
    Kind.MESSAGE_SENT: Message(
        _message_sent,
        {
            "message_sent": (
                _("New message on %(reference)s"),
                _("%(author)s sent a message about the request “%(title)s”. Open the request to read it and reply."),
            ),
        },
    ),
    Kind.ATTACHMENT_REFUSED: Message(
        _attachment_refused,
        {
            "attachment_refused": (
                _("A document on %(reference)s was refused"),
                _(
                    "“%(document)s” contains malware. The portal deleted the document, and nobody can open it. "
                    "Check your computer for malware, then attach a clean copy."
                ),
            ),
        },
    ),
    Kind.INTERNAL_MESSAGE_SENT: Message(
        _message_sent,
        {
            "internal_message_sent": (
                _("New committee message on %(reference)s"),
                _(
                    "%(author)s sent the members of your committee a message about the request “%(title)s”. Open "
                    "the request to read it and reply."
                ),
            ),
        },
    ),
}

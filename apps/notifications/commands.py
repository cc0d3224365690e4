"""Commands about notifications: write them, send them by e-mail, mark them read. The only place from which mail
leaves.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.audit.models import Event
from apps.core import causes, clock, zones
from apps.core.actors import SYSTEM, Actor
from apps.core.addresses import absolute, portal_host
from apps.grants.restores import replayed_through
from apps.notifications import messages, queries, wording
from apps.notifications.digests import put_into_digests
from apps.notifications.models import Notification
from apps.notifications.recipients import Note, Words
from apps.notifications.settled import settled_by
from apps.people.rules import check_named, check_person

log = logging.getLogger(__name__)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
ABOUT_ONE_NOTIFICATION = (SMTPRecipientsRefused, SMTPDataError)


@transaction.atomic
def write_notifications(event: Event, *, by: Actor) -> None:
    """Everyone whom the event concerns gets one notification about it, in their language; a second run writes none."""
    check_named(by, SYSTEM)
    message = messages.message_about(event)
    if message is None:
        return
    notifications = [
        _notification(event, note, message.words[note.notification]) for note in messages.notes_about(event)
    ]
    put_into_digests(notifications)
    if notifications and replayed_through(event.pk):  # the portal before the restore may have sent this e-mail
        for notification in notifications:
            notification.posted_at = clock.now()
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)


def _notification(event: Event, note: Note, words: Words) -> Notification:
    with override(note.reader.language), timezone.override(zones.zone(note.reader.time_zone)):
        subject, body = wording.written(words, note.facts, reader=note.reader.name, quoted=note.quoted)
    return Notification(
        event_id=event.pk, reader=note.reader, kind=event.kind, subject=subject, body=body, path=note.path
    )


@transaction.atomic
def mark_read(notifications: Iterable[Notification], *, by: Actor) -> int:
    """These notifications of the reader's own are read now; other people's stay as they are. Returns how many were
    new.
    """
    by = check_person(by)
    ids = [notification.pk for notification in notifications]
    return queries.unread_by(by).filter(pk__in=ids).update(read_at=clock.now())


@transaction.atomic
def settle_notifications(event: Event, *, by: Actor) -> int:
    """What the event settles is read now: nobody is asked any more for what is done. Returns how many were new."""
    check_named(by, SYSTEM)
    return settled_by(event).update(read_at=clock.now())


def post_due(*, by: Actor, limit: int = 100) -> int:
    """Send the queued e-mails. Several workers may send at once; each e-mail is claimed by one of them.

    Never raises: a mail server or database that does not answer is written to the log and tried again later.
    """
    check_named(by, SYSTEM)
    sent = 0
    try:
        connection = get_connection()
        for _turn in range(limit):
            outcome = _post_next(connection)
            if outcome is None:
                break
            sent += outcome
        connection.close()
    except Exception as fault:  # whatever is between us and the mail server: e-mails stay queued, the portal goes on
        log.warning("e-mails stay queued (%s). %s", type(fault).__name__, causes.for_log(causes.cause_of(fault)))
    return sent


@transaction.atomic
def _post_next(connection: Any) -> bool | None:
    """Send the e-mail that has waited longest; None if none is due or the mail server takes none now.

    Sending and `posted_at` are one transaction. A crash between the two sends the e-mail again under the same
    Message-ID, so that the reader's mail server can tell that it is one.
    """
    claimed = queries.to_post().select_for_update(skip_locked=True, of=("self",)).select_related("reader").first()
    if claimed is None:
        return None
    row = Notification.objects.filter(pk=claimed.pk)
    try:
        connection.send_messages([_message(claimed)])
    except Exception as fault:  # whatever the mail server or its connection says: this e-mail is tried again later
        cause = causes.for_log(causes.cause_of(fault))
        log.warning("e-mail %s was not accepted by the mail server (%s). %s", claimed.pk, type(fault).__name__, cause)
        row.update(attempts=claimed.attempts + 1, not_before=clock.now() + _wait(claimed.attempts))
        connection.close()
        return False if isinstance(fault, ABOUT_ONE_NOTIFICATION) else None
    row.update(attempts=claimed.attempts + 1, posted_at=clock.now())
    return True


def _wait(attempts: int) -> timedelta:
    return min(FIRST_WAIT * (1 << min(attempts, 12)), LONGEST_WAIT)


def _whom_to_ask() -> list[str]:
    """Who runs the portal and how to reach them, as the operator has set it."""
    who, contact = settings.OPERATOR_NAME, settings.CONTACT_EMAIL or settings.CONTACT_PAGE
    lines = [_("Gatehouse is run by %(name)s.") % {"name": who}] if who else []
    return lines + ([_("Questions: %(contact)s") % {"contact": contact}] if contact else [])


def _message(notification: Notification) -> EmailMessage:
    """The notification as an e-mail: plain text, with the address of the page it is about."""
    language = notification.reader.language
    with override(language):
        foot = _(
            "This notification is also in Gatehouse under Notifications. Gatehouse never asks for a password by e-mail."
        )
        foot += "".join(f"\n{line}" for line in _whom_to_ask())
    link = absolute(notification.path) if notification.path else ""
    return EmailMessage(
        subject=notification.subject,
        body=f"{notification.body}\n{link}\n\n-- \n{foot}\n",
        to=[notification.reader.email],
        headers={
            "Message-ID": f"<notification.{notification.pk}@{portal_host()}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        },
    )

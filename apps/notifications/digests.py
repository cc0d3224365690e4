"""Which notifications wait for a digest, and what the e-mail of a digest says."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from apps.audit.groups import Group
from apps.audit.kinds import kind_of
from apps.core import clock
from apps.core.addresses import absolute, portal_host
from apps.notifications.models import MailChoice, Notification
from apps.notifications.queries import DELIVERABLE

AT_ONCE_ALWAYS = (Group.ACCOUNTS, Group.OPERATIONS)  # an account, or the portal itself, may be in danger
MOST = 200  # notifications in one e-mail; the next one has the others


def put_into_digests(notifications: Sequence[Notification]) -> None:
    """Mark those whose readers chose a digest, before they are stored. One statement.

    `not_before` keeps them at the end of the queue of single e-mails, which is read every few seconds.
    """
    if not notifications:
        return
    digests = MailChoice.objects.filter(person__in={one.reader_id for one in notifications}, next_at__isnull=False)
    locked = digests.select_for_update().order_by("pk")  # a choice made meanwhile waits, and finds these rows
    next_at: dict[UUID, Any] = dict(locked.values_list("person_id", "next_at"))
    for one in notifications:
        kind = kind_of(one.kind)
        if one.reader_id in next_at and (kind is None or kind.group not in AT_ONCE_ALWAYS):
            one.in_digest, one.not_before = True, next_at[one.reader_id]


def unsent_of(choice: MailChoice) -> QuerySet[Notification]:
    """What the next digest of this person has, oldest first."""
    waiting = Notification.objects.filter(reader=choice.person_id, in_digest=True, posted_at__isnull=True)
    return waiting.order_by("written_at", "event_id")


def due() -> QuerySet[MailChoice]:
    """Digests that are due now, of people who can be sent e-mail and to whom there is something to send."""
    waiting = Notification.objects.filter(reader=OuterRef("person_id"), in_digest=True, posted_at__isnull=True)
    people = MailChoice.objects.filter(person__is_active=True, person__email_verified=True)
    able = people.filter(person__email__regex=DELIVERABLE, next_at__lte=clock.sql_now())
    return able.filter(Exists(waiting)).select_related("person").order_by("next_at", "pk")


def mail_of(choice: MailChoice, notifications: Sequence[Notification]) -> EmailMessage:
    """One e-mail in the language of the reader: each subject with the address of its page."""
    language = choice.person.language
    with override(language):
        n = len(notifications)
        subject = ngettext("%(n)s notification from Gatehouse", "%(n)s notifications from Gatehouse", n)
        lines = [f"{one.subject}\n{absolute(one.path)}" if one.path else one.subject for one in notifications]
        settings = _("How often you get e-mail: %(address)s") % {"address": absolute(reverse("mail_choice"))}
        foot = _("Gatehouse never asks for a password by e-mail.")
    return EmailMessage(
        subject=subject % {"n": n},
        body="\n\n".join(lines) + f"\n\n-- \n{settings}\n{foot}\n",
        to=[choice.person.email],
        headers={
            "Message-ID": f"<digest.{notifications[0].pk}@{portal_host()}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        },
    )

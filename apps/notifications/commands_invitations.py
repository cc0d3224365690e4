"""The e-mails to people who are invited to a request. They may have no account, so these are no notifications.

The token of the link is made here, when the e-mail is sent, and nowhere kept but as its SHA-256: neither the database,
nor a queue, nor a log can open an invitation.
"""

import logging
import secrets
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.access_requests.models import Invitation
from apps.access_requests.queries_invitations import hash_of, open_invitations
from apps.audit.record import Kind, record
from apps.core import causes, clock, zones
from apps.core.actors import SYSTEM, Actor
from apps.core.addresses import absolute, portal_host
from apps.notifications import wording
from apps.notifications.outgoing import send_each, wait_after
from apps.people.rules import check_named

log = logging.getLogger(__name__)


def post_invitations(*, by: Actor, limit: int = 100) -> int:
    """Send the queued invitations, each with a new link. Several workers may send at once. Returns how many were sent.

    Never raises: a mail server that does not answer is written to the log and tried again later.
    """
    check_named(by, SYSTEM)
    return send_each(_post_next_invitation, limit=limit, what="invitations")


@transaction.atomic
def _post_next_invitation(connection: Any) -> bool | None:
    """Send the one that has waited longest; None if none is due. If the transaction fails after the mail server took
    the e-mail, another one is sent, and the link in the first opens nothing.
    """
    due = open_invitations().filter(mail_due_at__lte=clock.sql_now()).order_by("mail_due_at")
    found = due.select_for_update(skip_locked=True, of=("self",)).select_related("invited_by__institution").first()
    if found is None:
        return None
    row, token = Invitation.objects.filter(pk=found.pk), secrets.token_urlsafe(32)
    try:
        connection.send_messages([_invitation_mail(found, token)])
    except SMTPRecipientsRefused as fault:
        connection.close()
        return _refused_address(found, fault)
    except Exception as fault:  # whatever the mail server or its connection says: tried again later
        cause = causes.for_log(causes.cause_of(fault))
        log.warning("invitation %s was not accepted by the mail server (%s). %s", found.pk, type(fault).__name__, cause)
        _try_invitation_later(found)
        connection.close()
        return False
    row.update(token_hash=hash_of(token), sent_at=clock.now(), mail_due_at=None, attempts=found.attempts + 1)
    return True


def _refused_address(found: Invitation, fault: SMTPRecipientsRefused) -> bool:
    """The mail server does not take the address: for good (RFC 5321, 4.2.1: 5yz), or not now."""
    codes = [code for code, _text in fault.recipients.values()]
    if not codes or min(codes) < 500:
        _try_invitation_later(found)
        return False
    now = clock.now()
    Invitation.objects.filter(pk=found.pk).update(mail_due_at=None, undelivered_at=now, attempts=found.attempts + 1)
    record(Kind.INVITATION_UNDELIVERED, actor=SYSTEM, subject=found.request, about=[found])
    return False


def _try_invitation_later(found: Invitation) -> None:
    due = clock.now() + wait_after(found.attempts)
    Invitation.objects.filter(pk=found.pk).update(attempts=found.attempts + 1, mail_due_at=due)


def _invitation_mail(invitation: Invitation, token: str) -> EmailMessage:
    """Who invites, until when, and the link; in the language of the person who invites. Nothing about the request."""
    by = invitation.invited_by
    with override(by.language), timezone.override(zones.zone(by.time_zone)):
        said = {
            "name": wording.one_line(by.name),
            "institution": wording.one_line(str(by.institution or "–")),
            "day": formats.date_format(timezone.localtime(invitation.expires_at), "j F Y"),
        }
        subject = _("%(name)s invites you to a request for research data") % said
        body = _(
            "%(name)s (%(institution)s) invites you to take part in a request for access to research data. Open the "
            "link to see which data it is about, then confirm or decline. The link is for you only and is valid until "
            "%(day)s. If you do not know %(name)s, ignore this e-mail."
        )
        text = f"{body % said}\n\n{absolute(reverse('invitation_link', args=[token]))}\n"
    return EmailMessage(
        subject=subject[: wording.LONGEST_SUBJECT],
        body=text,
        to=[invitation.email],
        headers={
            "Message-ID": f"<invitation.{invitation.pk}.{invitation.times_queued}@{portal_host()}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": by.language,
        },
    )

"""Commands about digests: choose how often e-mail comes, and send the digests that are due."""

import logging
from datetime import timedelta
from typing import Any

from django.core.mail import get_connection
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import causes, clock
from apps.core.actors import SYSTEM, Actor
from apps.core.errors import Invalid
from apps.notifications import digests
from apps.notifications.models import MailChoice, Notification
from apps.notifications.rhythms import Rhythms, next_digest
from apps.people.rules import check_named, check_person

log = logging.getLogger(__name__)
TRY_AGAIN = timedelta(minutes=15)


@transaction.atomic
def choose_rhythm(*, rhythm: str, by: Actor) -> None:
    """How often the person gets e-mail from now on; for "at once", what waits for a digest is sent now."""
    by = check_person(by)
    if rhythm not in MailChoice.Rhythm.values:
        raise Invalid(_("Choose how often you get e-mail."), field="rhythm")
    next_at = next_digest(clock.now(), Rhythms(rhythm), by.time_zone)
    MailChoice.objects.update_or_create(person=by, defaults={"rhythm": rhythm, "next_at": next_at})
    if next_at is None:
        Notification.objects.filter(reader=by, in_digest=True, posted_at__isnull=True).update(
            in_digest=False, not_before=clock.now()
        )


def post_digests(*, by: Actor, limit: int = 100) -> int:
    """Send the digests that are due, one e-mail a person; several workers may send at once. Returns how many.

    Never raises: a mail server that does not answer is written to the log, and the digest is tried again later.
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
    except Exception as fault:  # whatever is between us and the mail server: digests stay queued, the portal goes on
        log.warning("digests stay queued (%s). %s", type(fault).__name__, causes.for_log(causes.cause_of(fault)))
    return sent


@transaction.atomic
def _post_next(connection: Any) -> bool | None:
    """Send the digest that is due first; None if none is. The next one is due at the next time of its rhythm, however
    late this one is: what was missed is in this one.
    """
    choice = digests.due().select_for_update(skip_locked=True, of=("self",)).first()
    if choice is None:
        return None
    now, row = clock.now(), MailChoice.objects.filter(pk=choice.pk)
    waiting = list(digests.unsent_of(choice).select_for_update()[: digests.MOST])
    try:
        connection.send_messages([digests.mail_of(choice, waiting)])
    except Exception as fault:  # whatever the mail server says: this digest is tried again later
        cause = causes.for_log(causes.cause_of(fault))
        log.warning("a digest was not accepted by the mail server (%s). %s", type(fault).__name__, cause)
        row.update(next_at=now + TRY_AGAIN)
        connection.close()
        return False
    Notification.objects.filter(pk__in=[one.pk for one in waiting]).update(posted_at=now)
    row.update(next_at=next_digest(now, Rhythms(choice.rhythm), choice.person.time_zone))
    return True

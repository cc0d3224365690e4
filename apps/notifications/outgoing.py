"""E-mails to people who may have no account: sent one by one, and tried again when the mail server does not answer."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.mail import get_connection

from apps.core import causes

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)


def send_each(post_next: Callable[[Any], bool | None], *, limit: int, what: str) -> int:
    """Call `post_next` with the connection until it says None (nothing is due) or `limit` times. Returns how many were
    sent. Never raises: a mail server that does not answer is written to the log, and `what` stays queued.
    """
    sent = 0
    try:
        connection = get_connection()
        for _turn in range(limit):
            outcome = post_next(connection)
            if outcome is None:
                break
            sent += outcome
        connection.close()
    except Exception as fault:  # whatever is between us and the mail server
        log.warning("%s stay queued (%s). %s", what, type(fault).__name__, causes.for_log(causes.cause_of(fault)))
    return sent


def wait_after(attempts: int) -> timedelta:
    """How long until the next attempt: twice as long each time, six hours at most."""
    return min(FIRST_WAIT * (1 << min(attempts, 12)), LONGEST_WAIT)

"""What follows from what: the whole course of Gatehouse on one screen.

An event is written in the transaction of its change, together with a row in the outbox. After the commit a worker
carries its consequences, in this order; a consequence may run twice and then changes nothing the second time.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from apps.access_requests.tasks import check_quorum, close_if_denied, recount_votes
from apps.agreements.tasks import offer_agreement, store_agreement_pdf
from apps.audit.models import Event, Outbox
from apps.audit.record import Kind
from apps.core import clock
from apps.datasets.tasks import check_uploaded_file
from apps.grants.tasks import activate_request, issue_grants
from apps.notifications.tasks import tell

log = logging.getLogger(__name__)
Consequence = Callable[[Event], None]

CONSEQUENCES: dict[Kind, list[Consequence]] = {
    Kind.FILE_UPLOADED: [check_uploaded_file],
    Kind.VERSION_PUBLISHED: [tell],
    Kind.REQUEST_SUBMITTED: [tell, check_quorum],
    Kind.MEMBER_RECUSED: [check_quorum],
    Kind.QUORUM_MISSING: [tell],
    Kind.REQUEST_RETURNED: [tell],
    Kind.REQUEST_WITHDRAWN: [tell],
    Kind.ITEM_DECIDED: [offer_agreement, tell],
    Kind.REQUEST_DECIDED: [activate_request, close_if_denied],
    Kind.AGREEMENT_OFFERED: [tell],
    Kind.AGREEMENT_SIGNED: [issue_grants, tell],
    Kind.AGREEMENT_EXECUTED: [issue_grants, store_agreement_pdf],
    Kind.GRANT_ISSUED: [activate_request, tell],
    Kind.GRANT_REVOKED: [tell],
    Kind.GRANT_SUSPENDED: [tell],
    Kind.GRANT_RESUMED: [tell],
    Kind.AGREEMENT_TERMINATED: [tell],
    Kind.VERSION_WITHDRAWN: [tell],
    Kind.COMMITTEE_MEMBER_ADDED: [tell],
    Kind.PLATFORM_ROLE_GAINED: [tell],
    Kind.PLATFORM_ROLE_LOST: [tell],
    Kind.COMMITTEE_MEMBER_REMOVED: [recount_votes, check_quorum, tell],
    Kind.PERSON_DEACTIVATED: [recount_votes, check_quorum],
    Kind.PEOPLE_MERGED: [recount_votes, check_quorum],
    Kind.ROLE_GIVEN: [tell],
    Kind.BREAK_GLASS_MADE: [tell],
    Kind.BREAK_GLASS_DISABLED: [tell],
    Kind.BREAK_GLASS_USED: [tell],
    Kind.BREAK_GLASS_REFUSED: [tell],
    Kind.TOKEN_MADE: [tell],
    Kind.LINK_MISUSED: [tell],
    Kind.LINKS_GUESSED: [tell],
    Kind.IDENTITY_LINKED: [tell],
    Kind.TOKEN_REVOKED: [tell],
    Kind.TOKEN_REUSED: [tell],
    Kind.AFFILIATION_CONFIRMED: [tell],
    Kind.AFFILIATION_ENDED: [tell],
    Kind.AFFILIATION_EXPIRING: [tell],
    Kind.AFFILIATION_EXPIRED: [tell],
}
LONGEST_WAIT = timedelta(minutes=10)


def drain(limit: int = 1000) -> int:
    """Carry what is owed now, one event a transaction; several workers may drain at once. Returns how many."""
    done = 0
    for _turn in range(limit):
        carried = _carry_next()
        if carried is None:
            break
        done += carried
    return done


def _carry_next() -> bool | None:
    """Carry the oldest event that is due and not in another worker's hands; None if there is none."""
    claimed = _claim()
    if claimed is None:
        return None
    with transaction.atomic():
        owed = Outbox.objects.select_for_update(skip_locked=True).filter(pk=claimed).first()
        if owed is None:
            return False
        event = Event.objects.get(pk=owed.event_id)
        faults = [name for name in (_carry(event, follow) for follow in _follow_from(event)) if name]
        if not faults:
            owed.delete()
            return True
        Outbox.objects.filter(pk=owed.pk).update(last_error="; ".join(faults)[:200])
        return False


@transaction.atomic
def _claim() -> int | None:
    """Count the attempt and put the next one off before trying, each time a little longer.

    In a transaction of its own: an event whose consequence kills its worker waits too, and is not first for ever.
    """
    due = Outbox.objects.filter(not_before__lte=clock.sql_now()).order_by("event_id")
    owed = due.select_for_update(skip_locked=True).first()
    if owed is None:
        return None
    wait = min(timedelta(seconds=2 ** min(owed.attempts, 10)), LONGEST_WAIT)
    Outbox.objects.filter(pk=owed.pk).update(attempts=owed.attempts + 1, not_before=clock.now() + wait)
    return owed.pk


def _follow_from(event: Event) -> list[Consequence]:
    """What follows; an event of a kind this release does not know waits for one that does, and stops nothing else."""
    return CONSEQUENCES[Kind(event.kind)] if event.kind in CONSEQUENCES else [_unknown]


def _unknown(event: Event) -> None:
    raise LookupError(f"nothing is known to follow from {event.kind}")


def _carry(event: Event, follow: Consequence) -> str:
    """Run one consequence in a savepoint of its own; the name of the fault if it failed, so that others still run."""
    try:
        with transaction.atomic():
            follow(event)
    except Exception as fault:
        log.exception("%s did not follow from event %s", follow.__name__, event.pk)
        return f"{follow.__name__}: {type(fault).__name__}"
    return ""

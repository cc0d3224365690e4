"""What follows from what: the whole course of Gatehouse on one screen.

An event is written in the transaction of its change, together with a row in the outbox. After the commit a worker
carries its consequences, in this order; a consequence may run twice and then changes nothing the second time. Here is
only what changes something: whoever is to be notified of a kind has a row in `apps.notifications.messages`.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from apps.access_requests.tasks import (
    check_attachment,
    check_helpers,
    check_quorum,
    close_if_denied,
    decide_by_rules,
    report_lost_voters,
    report_open_votes,
    withdraw_requests,
)
from apps.agreements.tasks import (
    close_request_if_over,
    end_unsigned_agreements,
    offer_agreement,
    store_agreement_pdf,
)
from apps.agreements.tasks_students import invite_students
from apps.audit.kinds import Kind, kind_of
from apps.audit.models import Event, Outbox
from apps.core import clock
from apps.datasets.tasks import check_owners, check_uploaded_file, check_who_names_owners
from apps.grants.tasks import activate_request, issue_grants
from apps.notifications.messages import MESSAGES
from apps.notifications.settled import SETTLES
from apps.notifications.tasks import notify, settle

log = logging.getLogger(__name__)
Consequence = Callable[[Event], None]

CONSEQUENCES: dict[Kind, list[Consequence]] = {
    Kind.FILE_UPLOADED: [check_uploaded_file],
    Kind.ATTACHMENT_ADDED: [check_attachment],
    Kind.REQUEST_SUBMITTED: [decide_by_rules, check_quorum],
    Kind.MEMBER_RECUSED: [report_open_votes, check_quorum],
    Kind.VOTE_CAST: [report_open_votes],
    Kind.VOTE_CHANGED: [report_open_votes],
    Kind.ITEM_DECIDED: [offer_agreement],
    Kind.DECISION_UNDONE: [report_open_votes],
    Kind.REVIEW_OVERDUE: [report_open_votes],
    Kind.APPEAL_STARTED: [check_quorum],
    Kind.REQUEST_DECIDED: [activate_request, close_if_denied],
    Kind.AGREEMENT_OFFERED: [invite_students],
    Kind.AGREEMENT_SIGNED: [store_agreement_pdf, issue_grants],
    Kind.AGREEMENT_EXECUTED: [store_agreement_pdf, issue_grants],
    Kind.GRANT_ISSUED: [activate_request],
    Kind.COMMITTEE_MEMBER_ADDED: [check_quorum],
    Kind.COMMITTEE_MEMBER_REMOVED: [report_lost_voters, check_quorum],
    Kind.AGREEMENT_TERMINATED: [close_request_if_over],
    Kind.AGREEMENT_EXPIRED: [close_request_if_over],
    Kind.PERSON_DEACTIVATED: [
        withdraw_requests,
        end_unsigned_agreements,
        check_owners,
        report_lost_voters,
        check_quorum,
        check_helpers,
        check_who_names_owners,
    ],
    Kind.PEOPLE_MERGED: [report_lost_voters, check_quorum, check_helpers, check_who_names_owners],
    Kind.PERSON_REACTIVATED: [check_helpers],
    Kind.PLATFORM_ROLE_GIVEN: [check_helpers],
    Kind.PLATFORM_ROLE_GAINED: [check_helpers],
    Kind.PLATFORM_ROLE_ENDED: [check_helpers, check_who_names_owners],
    Kind.PLATFORM_ROLE_LOST: [check_helpers, check_who_names_owners],
    Kind.ROLE_TAKEN: [check_who_names_owners],
}
LONGEST_WAIT = timedelta(minutes=10)


def consequences_of(kind: Kind) -> list[Consequence]:
    """What changes something; then the notifications it settles, and last, for a kind with messages, new ones."""
    settles, notifies = [settle] if kind in SETTLES else [], [notify] if kind in MESSAGES else []
    return [*CONSEQUENCES.get(kind, []), *settles, *notifies]


def has_consequences(kind: Kind) -> bool:
    """Whether an event of this kind goes to the outbox."""
    return bool(consequences_of(kind))


def drain(limit: int = 1000) -> int:
    """Run the pending consequences, one event a transaction; several workers may drain at once. Returns how many."""
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
        pending = Outbox.objects.select_for_update(skip_locked=True).filter(pk=claimed).first()
        if pending is None:
            return False
        event = Event.objects.get(pk=pending.event_id)
        faults = [name for name in (_carry(event, follow) for follow in _follow_from(event)) if name]
        if not faults:
            pending.delete()
            return True
        Outbox.objects.filter(pk=pending.pk).update(last_error="; ".join(faults)[:200])
        return False


@transaction.atomic
def _claim() -> int | None:
    """Count the attempt and put the next one off before trying, each time a little longer.

    In a transaction of its own: an event whose consequence kills its worker waits too, and is not tried first every
    time.
    """
    due = Outbox.objects.filter(not_before__lte=clock.sql_now()).order_by("event_id")
    pending = due.select_for_update(skip_locked=True).first()
    if pending is None:
        return None
    wait = min(timedelta(seconds=2 ** min(pending.attempts, 10)), LONGEST_WAIT)
    Outbox.objects.filter(pk=pending.pk).update(attempts=pending.attempts + 1, not_before=clock.now() + wait)
    return pending.pk


def _follow_from(event: Event) -> list[Consequence]:
    """What follows; an event of a kind this release does not know waits for one that does, and stops nothing else."""
    kind = kind_of(event.kind)
    return consequences_of(kind) if kind is not None else [_unknown]


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

"""Reminders of the conditions of decisions: due soon, and overdue. Nothing else depends on when they run."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.access_requests.models import Condition
from apps.agreements import queries_conditions
from apps.audit.models import Event
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.people.rules import check_named

SOON = timedelta(days=7)
AT_ONCE = 500  # events a run


@transaction.atomic
def notify_of_conditions(*, by: Actor) -> int:
    """Record each condition that is due within a week, or overdue, with nothing reported: once each.

    A run that comes late records only that it is overdue. Returns how many were recorded.
    """
    check_named(by, SYSTEM)
    unreported = queries_conditions.still_open().filter(Q(is_reported=False))
    recorded = _record(unreported.filter(queries_conditions.overdue()), Kind.CONDITION_OVERDUE)
    soon = Q(due_day__gte=clock.today(), due_day__lte=clock.today() + SOON)
    return recorded + _record(unreported.filter(soon), Kind.CONDITION_DUE_SOON)


def _record(found: QuerySet[Condition], kind: Kind) -> int:
    """One event for each that has none of this kind; two workers share them."""
    before = Event.objects.filter(kind=kind, subject_id=OuterRef("pk"))
    due = found.filter(~Exists(before)).select_for_update(of=("self",), skip_locked=True)
    rows = list(due.select_related("item").order_by("pk")[:AT_ONCE])
    for row in rows:
        about = [row.item.request_id, row.item.dataset_id]
        if kind == Kind.CONDITION_OVERDUE:
            record(Kind.CONDITION_OVERDUE, actor=SYSTEM, subject=row, about=about)
        else:
            record(Kind.CONDITION_DUE_SOON, actor=SYSTEM, subject=row, about=about)
    return len(rows)

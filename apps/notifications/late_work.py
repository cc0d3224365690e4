"""Work that waits too long: an event, and so an e-mail to the operators, at its start, once a day, and at its end."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from apps.audit.queries import oldest_pending
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.core.models import Heartbeat
from apps.notifications.queries import oldest_waiting
from apps.people.rules import check_named

AGAIN = timedelta(days=1)
ROW = "late:"
# What may wait, since when the oldest does, and how long it may.
LIMITS: Mapping[str, tuple[Callable[[], datetime | None], timedelta]] = {
    "tasks": (oldest_pending, timedelta(minutes=15)),
    "emails": (oldest_waiting, timedelta(hours=1)),
}


def report_late_work(*, by: Actor) -> None:
    """Notify the operators of work that is late, unless they were notified within a day; and of its end."""
    check_named(by, SYSTEM)
    for what, (oldest, limit) in LIMITS.items():
        since = oldest()
        age = clock.now() - since if since is not None else timedelta(0)
        _report(what, age if age > limit else None, by=by)


@transaction.atomic
def _report(what: str, age: timedelta | None, *, by: Actor) -> None:
    """`age` is that of the oldest, None if it is not late. Two workers may ask at once: the row is locked."""
    Heartbeat.objects.get_or_create(pk=f"{ROW}{what}")
    row = Heartbeat.objects.select_for_update().get(pk=f"{ROW}{what}")
    now = clock.now()
    row.seen_at, was_late = now, row.failing_since is not None
    if age is None:
        row.failing_since, row.notified_at, row.cause = None, None, ""
        if was_late:
            record(Kind.WORK_CAUGHT_UP, actor=by, what=what)
    else:
        row.failing_since, row.cause = row.failing_since or now - age, "overdue"
        if row.notified_at is None or row.notified_at < now - AGAIN:
            row.notified_at = now
            record(Kind.WORK_LATE, actor=by, what=what, minutes=int(age.total_seconds() // 60))
    row.save()

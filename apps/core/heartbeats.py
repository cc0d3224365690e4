"""What the parts of a portal report about themselves: one row a part, in the time of the database."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from apps.core import causes, clock
from apps.core.models import Heartbeat

log = logging.getLogger(__name__)
FORGOTTEN_AFTER = timedelta(days=1)  # a worker that was replaced by one of another name


@transaction.atomic
def report(name: str, *, cause: str = "", **facts: Any) -> None:
    """The part `name` works, or does not for a cause of `apps.core.causes`; facts are numbers and codes, no names.

    A failure that begins, and one that ends, is a line of the log; one that goes on is not.
    """
    now = clock.now()
    rows = Heartbeat.objects.filter(pk=name)
    before = rows.select_for_update().values_list("cause", flat=True).first()
    if before is None:
        Heartbeat.objects.get_or_create(pk=name)
    changed: dict[str, Any] = {"seen_at": now, "cause": cause, "facts": facts}
    if cause:
        changed["failing_since"] = Coalesce("failing_since", Value(now))
    else:
        changed |= {"failing_since": None, "worked_at": now}
    rows.update(**changed)
    if cause and cause != before:
        log.error("%s does not work. %s", name, causes.for_log(cause))
    elif before and not cause:
        log.warning("%s works again", name)


def works_again(name: str) -> None:
    """If the part was reported to fail, it does not any more; one statement where it was not."""
    if Heartbeat.objects.filter(pk=name).exclude(cause="").exists():
        report(name)


def heartbeats(names: Iterable[str] | None = None) -> QuerySet[Heartbeat]:
    """The rows of these parts, or of all."""
    rows = Heartbeat.objects.order_by("pk")
    return rows if names is None else rows.filter(pk__in=list(names))


def forget(*, prefix: str, except_for: Iterable[str] = (), older_than: timedelta = FORGOTTEN_AFTER) -> int:
    """Delete the rows of parts that do not report any more. Returns how many."""
    old = Heartbeat.objects.filter(pk__startswith=prefix, seen_at__lt=clock.now() - older_than)
    return old.exclude(pk__in=list(except_for)).delete()[0]

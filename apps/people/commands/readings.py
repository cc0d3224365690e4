"""Commands that record who read what about other people. They change nothing else."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import models, transaction

from apps.audit.record import Kind, record
from apps.core.actors import Actor
from apps.people.models import Person
from apps.people.rules import check_person


@transaction.atomic
def record_log_reading(*, filters: Collection[str] = (), about: Iterable[UUID] = (), by: Actor) -> None:
    """Record that the event log was read: by which filters (their names), and the ids they were set to."""
    by = check_person(by)
    record(Kind.AUDIT_LOG_READ, actor=by, about=list(about), filters="+".join(sorted(filters)))


@transaction.atomic
def record_access_check(person: Person, *, dataset: models.Model, at: datetime | None = None, by: Actor) -> None:
    """Record that the access of another person to a dataset was looked up, now or for the moment `at`."""
    by = check_person(by)
    record(Kind.ACCESS_CHECKED, actor=by, subject=dataset, about=[person], at=at)

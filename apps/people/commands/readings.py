"""Commands that record who read what about other people. They change nothing else."""

from datetime import datetime

from django.db import models, transaction

from apps.audit.record import Kind, record
from apps.core.actors import Actor
from apps.people.models import Person
from apps.people.rules import check_person


@transaction.atomic
def record_access_check(person: Person | None, *, dataset: models.Model, at: datetime | None = None, by: Actor) -> None:
    """Record that the access of another person (None: of everybody) to a dataset was looked up, now or for `at`."""
    by = check_person(by)
    about = [person] if person is not None else []
    record(Kind.ACCESS_CHECKED, actor=by, subject=dataset, about=about, at=at)

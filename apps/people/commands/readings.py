"""Commands that record who read what about other people. They change nothing else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from apps.audit.record import Kind, record
from apps.core.actors import Actor
from apps.people.models import Person
from apps.people.rules import check_person

SEARCHED_AT_MOST = 5


@transaction.atomic
def record_access_check(person: Person | None, *, dataset: models.Model, at: datetime | None = None, by: Actor) -> None:
    """Record that the access of another person (None: of everybody) to a dataset was looked up, now or for `at`."""
    by = check_person(by)
    about = [person] if person is not None else []
    record(Kind.ACCESS_CHECKED, actor=by, subject=dataset, about=about, at=at)


@transaction.atomic
def record_export(name: str, *, rows: int, by: Actor) -> None:
    """Somebody takes a list about other people away as a file; `name` is the list's code, `rows` how many it has."""
    by = check_person(by)
    record(Kind.LIST_EXPORTED, actor=by, list=name, rows=rows)


@transaction.atomic
def record_log_read(
    filters: Iterable[str], *, person: UUID | None = None, searched: Iterable[UUID] = (), shown: int, by: Actor
) -> None:
    """Somebody reads the event log; `filters` are the names of the filters, `person` whom they searched for.

    What else they searched for is a fact and not `about`: the reading belongs to no dataset's or request's history.
    """
    by = check_person(by)
    facts: dict[str, Any] = {f"searched_{place}": pk for place, pk in enumerate(list(searched)[:SEARCHED_AT_MOST], 1)}
    about = [person] if person is not None else []
    record(Kind.AUDIT_LOG_READ, actor=by, about=about, filters="+".join(sorted(filters)), shown=shown, **facts)


@transaction.atomic
def record_people_search(found: Iterable[Person], *, total: int, by: Actor) -> None:
    """Somebody searches all people; `found` are those that the page shows, of whom the first are kept by code."""
    by = check_person(by)
    shown = list(found)[:SEARCHED_AT_MOST]
    facts: dict[str, Any] = {f"person_{place}": one.code for place, one in enumerate(shown, 1)}
    record(Kind.PEOPLE_SEARCHED, actor=by, found=total, **facts)


@transaction.atomic
def record_person_read(person: Person, *, by: Actor) -> None:
    """Somebody with a portal role reads what a person holds; reading about oneself is no event."""
    by = check_person(by)
    if person.pk != by.pk:
        record(Kind.PERSON_RECORD_READ, actor=by, subject=person, person=person.code)

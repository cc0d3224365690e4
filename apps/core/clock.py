"""The time of the database, which all processes use, so clocks of different machines need not agree."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Value
from django.db.models.functions import Now, TruncDate

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The time of the database (UTC, with time zone), or the frozen time."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        row = cursor.fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment


def today() -> date:
    """The date of `now()` in UTC."""
    return now().date()


def sql_now(at: datetime | None = None) -> Any:
    """The time to compare with in a query: `at`, the frozen time, or the database's time when the statement runs."""
    moment = at or _frozen.get()
    return Now() if moment is None else Value(moment, output_field=DateTimeField())


def sql_today() -> Any:
    """The date of `sql_now()` in UTC, to compare with in a query."""
    return TruncDate(sql_now(), tzinfo=UTC)


def is_frozen() -> bool:
    """Whether `freeze` is active here."""
    return _frozen.get() is not None


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Make `at` the current time for every rule, query and event inside (tests, and pages about a past moment)."""
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)

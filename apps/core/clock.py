"""One clock: the database's. A verdict never depends on two machines agreeing on the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Value
from django.db.models.functions import Now

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The database's time, with its zone (UTC)."""
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
    return now().date()


def sql_now(at: datetime | None = None) -> Any:
    """The moment to compare with inside a query: `at`, or the database's own clock as the statement runs."""
    moment = at or _frozen.get()
    return Now() if moment is None else Value(moment, output_field=DateTimeField())


def is_frozen() -> bool:
    """Whether somebody has stopped the clock here."""
    return _frozen.get() is not None


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Let every rule, query and event inside believe it is `at` (tests, and "what was true then?" pages)."""
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)

"""A yes-or-no question to a set that is asked at every byte: compiled once, and planned once by each connection.

Django builds the SQL of a set anew each time, and PostgreSQL plans it anew; for the access rule both cost many times
what the answer costs. Here the set itself is compiled with stand-ins for its ids, so there is no second rule to drift
away from the first. A frozen clock, or a moment that is not now, asks the set in the ordinary way.
"""

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection
from django.db.models import QuerySet

from apps.core import clock


class Prepared:
    """`Prepared(build, 2).holds(a, b)` is `build(a, b).exists()`, faster; `build` takes that many ids."""

    def __init__(self, build: Callable[..., QuerySet[Any]], ids: int) -> None:
        self._build = build
        self._stand_ins = [uuid.uuid4() for _ in range(ids)]
        self._compiled: tuple[str, tuple[Any, ...]] | None = None

    def holds(self, *ids: uuid.UUID) -> bool:
        """Whether the set of these ids has anything in it now; one statement."""
        if clock.is_frozen():
            return self._build(*ids).exists()
        if self._compiled is None:
            query = self._build(*self._stand_ins).order_by().query.exists()
            self._compiled = query.get_compiler(connection.alias).as_sql()
        sql, params = self._compiled
        meant = dict(zip(self._stand_ins, ids, strict=True))
        given = [meant.get(param, param) if isinstance(param, uuid.UUID) else param for param in params]
        with _cursor() as cursor:
            cursor.execute(sql, given)
            return cursor.fetchone() is not None


def _cursor() -> Any:
    """A cursor whose statements the server keeps planned (`prepare_threshold` in the settings); Django's own are not.

    It goes through Django's wrapper, so that its faults are Django's. Where somebody counts or logs statements, the
    same statement goes the ordinary way, which knows how to show it.
    """
    connection.ensure_connection()
    if connection.queries_logged:
        return connection.cursor()
    with connection.wrap_database_errors:
        raw: Any = psycopg.Cursor(connection.connection)
        return connection.make_cursor(raw)

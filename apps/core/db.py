"""Row locks that Django has no word for."""

import copy
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection, models
from django.db.models import QuerySet

from apps.core import clock


def lock_for_share(model: type[models.Model], pk: uuid.UUID) -> None:
    """Lock the row as it is until the transaction ends; others may lock it too, but nobody changes it meanwhile.

    PostgreSQL's FOR SHARE: many downloads share it, a revocation waits for those begun and orders before the rest.
    """
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
        cursor.execute(f"SELECT 1 FROM {table} WHERE {key} = %s FOR SHARE", [pk])  # noqa: S608


Asked = uuid.UUID | str


class Prepared:
    """`Prepared(build, UUID, str)` asks `build(id, text)`, faster; `build` makes a set from values of these kinds.

    Only for the access rule, the session of a request and the navigation (an import contract); others ask plain sets.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], *kinds: type[Asked]) -> None:
        self._build = build
        self._stand_ins: list[Asked] = [_stand_in(kind) for kind in kinds]
        self._exists: tuple[str, tuple[Any, ...]] | None = None
        self._rows: tuple[QuerySet[Any], Any, str, tuple[Any, ...]] | None = None

    def holds(self, *given: Asked) -> bool:
        """Whether the set has anything in it now; one statement."""
        if clock.is_frozen():
            return self._build(*given).exists()
        if self._exists is None:
            query = self._build(*self._stand_ins).order_by().query.exists()
            self._exists = self._checked(*query.get_compiler(connection.alias).as_sql())
        sql, params = self._exists
        with _cursor() as cursor:
            cursor.execute(sql, self._filled(params, given))
            return cursor.fetchone() is not None

    def rows(self, *given: Asked) -> list[Any]:
        """What is in the set now, as the set itself would give it: the same things in the same order."""
        if clock.is_frozen():
            return list(self._build(*given))
        if self._rows is None:
            queryset = self._build(*self._stand_ins)
            compiler = queryset.query.get_compiler(connection.alias)
            self._rows = (queryset, compiler, *self._checked(*compiler.as_sql()))
        queryset, compiler, sql, params = self._rows
        kept = copy.copy(compiler)  # what it knows of columns and classes is only read from here on
        kept.connection = _Planned()
        kept.as_sql = lambda *_args, **_more: (sql, self._filled(params, given))
        asked: Any = queryset.all()
        asked.query.get_compiler = lambda *_args, **_more: kept
        return list(asked)

    def first(self, *given: Asked) -> Any:
        """The first of the rows, or None."""
        return next(iter(self.rows(*given)), None)

    def _checked(self, sql: str, params: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        """Whatever is asked about can be put in later, and no moment was compiled in, because it would never
        advance.
        """
        lost = [one for one in self._stand_ins if one not in params]
        if lost or any(isinstance(param, datetime) for param in params):
            raise RuntimeError("this set cannot be prepared: its SQL hides what it is asked about, or holds a moment")
        return sql, params

    def _filled(self, params: tuple[Any, ...], given: tuple[Asked, ...]) -> list[Any]:
        meant = list(zip(self._stand_ins, given, strict=True))
        return [next((value for stand_in, value in meant if param == stand_in), param) for param in params]


def _stand_in(kind: type[Asked]) -> Asked:
    return uuid.uuid4() if kind is uuid.UUID else uuid.uuid4().hex


class _Planned:
    """The connection as a compiler knows it, with the cursors of `_cursor`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(connection, name)

    def cursor(self) -> Any:
        return _cursor()


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

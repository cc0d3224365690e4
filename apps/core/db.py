"""Database access that Django does not offer: shared and named locks, `= ANY`, and prepared statements."""

import copy
import uuid
from collections.abc import Callable, Collection
from datetime import date
from typing import Any

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import F, Func, QuerySet, Value
from psycopg.types.json import Jsonb

from apps.core import clock


def lock_for_share(model: type[models.Model], pk: uuid.UUID) -> None:
    """Lock the row until the transaction ends: other transactions may lock it for share too, but cannot change it.

    PostgreSQL's FOR SHARE. Downloads do not wait for each other; a revocation waits for those that have the lock.
    """
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
        cursor.execute(f"SELECT 1 FROM {table} WHERE {key} = %s FOR SHARE", [pk])  # noqa: S608


def lock_for_share_by(model: type[models.Model], reference: str, **unique: str) -> None:
    """Lock for share what a row refers to: `lock_for_share_by(DownloadLink, "grant", digest=digest)` locks its grant.

    One statement; nothing is locked if there is no such row, or if it refers to nothing. The reference must be one that
    never changes.
    """
    quote, (key, value) = connection.ops.quote_name, next(iter(unique.items()))
    field: Any = model._meta.get_field(reference)
    by: Any = model._meta.get_field(key)
    target = field.related_model._meta
    found = f"SELECT {quote(field.column)} FROM {quote(model._meta.db_table)} WHERE {quote(by.column)} = %s"  # noqa: S608
    with _cursor() as cursor:
        table = quote(target.db_table)
        cursor.execute(f"SELECT 1 FROM {table} WHERE {quote(target.pk.column)} = ({found}) FOR SHARE", [value])  # noqa: S608


def lock_name(name: str) -> None:
    """Wait until no other transaction has locked this name, and lock it until this one ends (an advisory lock)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def any_of(column: str, ids: Collection[uuid.UUID]) -> Func:
    """`filter(any_of("dataset_id", ids))`: one of these. Unlike `__in`, the SQL is the same for any number of them."""
    array: ArrayField[Any, Any] = ArrayField(models.UUIDField())
    among = Func(Value(list(ids), output_field=array), template="(%(expressions)s)")
    condition: models.BooleanField[Any, Any] = models.BooleanField()
    return Func(F(column), among, template="%(expressions)s", arg_joiner=" = ANY ", output_field=condition)


Parameter = uuid.UUID | str | list[uuid.UUID]


class Prepared:
    """A queryset that is compiled to SQL once: `Prepared(build, UUID, str)`, where `build(id, text)` returns it.

    Faster than the queryset, with the same results. Only for the access rule, the access state, the session of a
    request, the navigation and finding one request (an import contract); other code uses querysets. Its only parameters
    are UUIDs, texts, and lists of UUIDs (`list`), which the queryset compares with `any_of`.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], *kinds: type[Any]) -> None:
        self._build = build
        self._placeholders: list[Parameter] = [_placeholder(kind) for kind in kinds]
        self._exists: tuple[str, tuple[Any, ...]] | None = None
        self._rows: tuple[QuerySet[Any], Any, str, tuple[Any, ...]] | None = None

    def holds(self, *values: Parameter) -> bool:
        """Whether the queryset has any row now; one statement."""
        if clock.is_frozen():
            return self._build(*values).exists()
        if self._exists is None:
            query = self._build(*self._placeholders).order_by().query.exists()
            self._exists = self._checked(*query.get_compiler(connection.alias).as_sql())
        sql, params = self._exists
        with _cursor() as cursor:
            cursor.execute(sql, self._filled(params, values))
            return cursor.fetchone() is not None

    def rows(self, *values: Parameter) -> list[Any]:
        """The objects of the queryset now, in its order."""
        if clock.is_frozen():
            return list(self._build(*values))
        if self._rows is None:
            queryset = self._build(*self._placeholders)
            compiler = queryset.query.get_compiler(connection.alias)
            self._rows = (queryset, compiler, *self._checked(*compiler.as_sql()))
        queryset, compiler, sql, params = self._rows
        prepared = copy.copy(compiler)  # its columns and classes are only read after this
        prepared.connection = _PreparedConnection()
        prepared.as_sql = lambda *_args, **_more: (sql, self._filled(params, values))
        rows: Any = queryset.all()
        rows.query.get_compiler = lambda *_args, **_more: prepared
        return list(rows)

    def first(self, *values: Parameter) -> Any:
        """The first of the rows, or None."""
        return next(iter(self.rows(*values)), None)

    def _checked(self, sql: str, params: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        """Raise RuntimeError unless the SQL has every parameter as a value of its own and no fixed day or time."""
        missing = [value for value in self._placeholders if value not in params]
        left = self._filled(params, tuple(_placeholder(type(value)) for value in self._placeholders))
        hidden = [value for value in self._placeholders if any(str(value) in _text(param) for param in left)]
        if missing or hidden or any(isinstance(param, date) for param in params):
            raise RuntimeError("this queryset cannot be prepared: its SQL hides a parameter or contains a fixed time")
        return sql, params

    def _filled(self, params: tuple[Any, ...], values: tuple[Parameter, ...]) -> list[Any]:
        pairs = list(zip(self._placeholders, values, strict=True))
        return [_replaced(param, pairs) for param in params]


def _replaced(param: Any, pairs: list[tuple[Parameter, Parameter]]) -> Any:
    """The parameter with the values in place of the placeholders; also inside a list in JSON, where they are texts."""
    if isinstance(param, Jsonb) and isinstance(param.obj, list):
        texts = {str(placeholder): str(value) for placeholder, value in pairs}
        return Jsonb([texts.get(one, one) for one in param.obj], param.dumps)
    return next((value for placeholder, value in pairs if placeholder == param), param)


def _text(param: Any) -> str:
    return repr(param.obj) if isinstance(param, Jsonb) else str(param)


def _placeholder(kind: type[Any]) -> Parameter:
    if kind is list:
        return [uuid.uuid4()]
    return uuid.uuid4() if kind is uuid.UUID else uuid.uuid4().hex


class _PreparedConnection:
    """The connection, for a compiler, with the cursors of `_cursor`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(connection, name)

    def cursor(self) -> Any:
        return _cursor()


def _cursor() -> Any:
    """A cursor whose statements PostgreSQL prepares (`prepare_threshold` in the settings), unlike Django's own cursors.

    It has Django's wrapper, so that its errors are Django's. If queries are logged, it is Django's own cursor.
    """
    connection.ensure_connection()
    if connection.queries_logged:
        return connection.cursor()
    with connection.wrap_database_errors:
        raw: Any = psycopg.Cursor(connection.connection)
        return connection.make_cursor(raw)

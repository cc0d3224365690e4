"""What the statements of a page cost the database: the blocks that each reads, as EXPLAIN (ANALYZE, BUFFERS) counts."""

import itertools
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer

OWN = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET ", "EXPLAIN", "PREPARE", "DEALLOCATE")
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "
_numbers = itertools.count()


@dataclass
class Statement:
    """One statement of a page by its shape: how often it was asked, and the blocks that this read in all."""

    shape: str
    times: int = 0
    blocks: int = 0

    @property
    def name(self) -> str:
        """A few words by which a person finds it."""
        tables = dict.fromkeys(re.findall(r'(?:FROM|INTO|UPDATE|JOIN) "?(?:public\.)?(\w+)"?', self.shape))
        return f"{self.shape.split(' ', 1)[0]} {', '.join(list(tables)[:6])}"


@dataclass
class Recorded:
    """The statements of one page."""

    statements: dict[str, Statement] = field(default_factory=dict)

    @property
    def times(self) -> int:
        return sum(one.times for one in self.statements.values())

    @property
    def blocks(self) -> int:
        return sum(one.blocks for one in self.statements.values())

    def add(self, sql: str, blocks: int) -> None:
        shape = shape_of(sql)
        known = self.statements.setdefault(shape, Statement(shape))
        known.times += 1
        known.blocks += blocks


def shape_of(sql: str) -> str:
    """The statement without its values; lists of values of any length have one shape."""
    plain = re.sub(r"\s+", " ", sql).strip()
    return re.sub(r"\((?:%s(?:::\w+)?(?:, )?)+\)", "(%s)", plain)


class Recorder:
    """An execute wrapper that explains each statement before it is executed, in a savepoint that is rolled back."""

    def __init__(self, *, index_only: bool = False) -> None:
        """`index_only`: tables are not read from end to end where an index can answer, however small they are."""
        self.recorded = Recorded()
        self._index_only = index_only
        self._inside = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not self._inside and not many and not sql.lstrip().startswith(OWN):
            self._inside = True
            try:
                self.recorded.add(sql, self._blocks(sql, params, context))
            finally:
                self._inside = False
        return execute(sql, params, many, context)

    def _blocks(self, sql: str, params: Any, context: dict[str, Any]) -> int:
        raw = context["connection"].connection
        found = _explained(raw, [(EXPLAIN + sql, params)], index_only=self._index_only)
        if self._index_only or isinstance(context["cursor"].cursor, psycopg.ClientCursor):
            return found
        return max(found, _generic(raw, sql, params))  # prepared: PostgreSQL may use one plan for all values


def _generic(raw: Any, sql: str, params: Any) -> int:
    """The blocks with the plan that knows no values; 0 where PostgreSQL cannot tell the types without them."""
    name, numbers = f"growth_{next(_numbers)}", itertools.count(1)
    numbered = re.sub(r"%(s|%)", lambda found: f"${next(numbers)}" if found[1] == "s" else "%", sql)
    values = ", ".join(["%s"] * len(params or ()))
    execute = f"{EXPLAIN}EXECUTE {name}({values})" if values else f"{EXPLAIN}EXECUTE {name}"
    asked: list[tuple[str, Any]] = [
        (f"PREPARE {name}{_types(raw, params)} AS {numbered}", ()),
        ("SET LOCAL plan_cache_mode = force_generic_plan", ()),
        (execute, params),
        (f"DEALLOCATE {name}", ()),
    ]
    try:
        return _explained(raw, asked)
    except (psycopg.errors.IndeterminateDatatype, psycopg.errors.AmbiguousParameter, psycopg.errors.AmbiguousFunction):
        return 0


def _types(raw: Any, params: Any) -> str:
    """The types that the driver says its values have, as PREPARE takes them; `unknown` are those of texts."""
    if not params:
        return ""
    transformer = Transformer(raw)
    transformer.dump_sequence(params, [PyFormat.AUTO] * len(params))
    names = []
    for oid in transformer.types or ():
        info = raw.adapters.types.get(oid) if oid else None
        names.append("unknown" if info is None else info.regtype + ("[]" if oid == info.array_oid else ""))
    return f"({', '.join(names)})"


def _explained(raw: Any, asked: Iterable[tuple[str, Any]], *, index_only: bool = False) -> int:
    """The blocks that the statement read which is explained among these."""
    blocks = 0
    with raw.transaction(force_rollback=True), psycopg.ClientCursor(raw) as cursor:
        if index_only:
            cursor.execute("SET LOCAL enable_seqscan = off")
        for sql, params in asked:
            cursor.execute(sql, params or None)
            if sql.startswith(EXPLAIN):
                (answer,) = cursor.fetchone() or ([{}],)
                plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
                blocks = int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])
    return blocks

"""A list as a CSV file: UTF-8 with a byte order mark, RFC 4180, sent in parts, no cell that a spreadsheet would run.

Example: `return csv_response("requests", COLUMNS, page.matching)` if `page.is_export`. Whoever exports data of other
people also calls `record_export` of `apps.people.commands.readings` before, in a view that `writes`.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone, translation

MOST_ROWS = 10_000
AT_ONCE = 500
Column = tuple[Any, Callable[[Any], Any]]  # its heading, and the value of a row

# What a spreadsheet takes for the beginning of a formula: at the start of a cell, or of what another separator
# setting takes for a cell. Wide forms count too, and so does what hides before it (spaces, marks of direction).
FORMULA = re.compile(r"(^|[,;|\t\r\n\"'])([\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*)(?=[=+\-@＝＋－﹣−＠])")
CONTROL_START = re.compile(r"^(?=[\t\r\n])")


def csv_response(
    name: str,
    columns: Sequence[Column],
    matching: QuerySet[Any] | Sequence[Any],
    *,
    present: Callable[[list[Any]], Iterable[Any]] = iter,
) -> StreamingHttpResponse:
    """The file `<name>.csv` with these columns, at most 10,000 rows; its name says so when there are more.

    `present` makes what the columns read from 500 rows at a time, for states that one statement answers for all of
    them. Statements: one for the keys, then those of 500 rows at a time.
    """
    if isinstance(matching, QuerySet):
        keys = list(matching.values_list("pk", flat=True)[: MOST_ROWS + 1])
        whole = len(keys) <= MOST_ROWS
        parts = _fetched(matching, keys[:MOST_ROWS])
    else:
        whole = len(matching) <= MOST_ROWS
        kept = list(matching[:MOST_ROWS])
        parts = (kept[at : at + AT_ONCE] for at in range(0, len(kept), AT_ONCE))
    answer = StreamingHttpResponse(_lines(columns, parts, present), content_type="text/csv; charset=utf-8")
    file_name = f"{name}.csv" if whole else f"{name}-first-{MOST_ROWS}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def cell(value: Any) -> str:
    """A value as a cell: times in UTC, days in ISO 8601, lists with semicolons; texts cannot start a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(cell(one) for one in value)
    return CONTROL_START.sub("'", FORMULA.sub(r"\1\2'", str(value)))


def _fetched(matching: QuerySet[Any], keys: list[Any]) -> Iterator[list[Any]]:
    """The rows of these keys in their order, 500 at a time: no cursor stays open while the reader's line is slow."""
    for at in range(0, len(keys), AT_ONCE):
        wanted = keys[at : at + AT_ONCE]
        found = {row.pk: row for row in matching.filter(pk__in=wanted)}
        yield [found[key] for key in wanted if key in found]


def _lines(
    columns: Sequence[Column], parts: Iterable[list[Any]], present: Callable[[list[Any]], Iterable[Any]]
) -> Iterator[bytes]:
    """The file in parts; language and time zone are those of the request, which is over when the parts are read."""
    language, zone = translation.get_language(), timezone.get_current_timezone()
    return _written(columns, parts, present, language or "en", zone)


def _written(
    columns: Sequence[Column],
    parts: Iterable[list[Any]],
    present: Callable[[list[Any]], Iterable[Any]],
    language: str,
    zone: Any,
) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    with translation.override(language):
        writer.writerow([cell(str(heading)) for heading, _value in columns])
    yield b"\xef\xbb\xbf" + _taken(buffer)
    waiting = iter(parts)
    while True:
        with translation.override(language), timezone.override(zone):
            part = next(waiting, None)
            if part is None:
                return
            writer.writerows([cell(value(row)) for _heading, value in columns] for row in present(part))
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")

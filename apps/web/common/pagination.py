"""Lists on pages, walked by key: page 4,000 costs what page 1 costs, and nothing is seen twice when rows are added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _

from apps.core.errors import Invalid

Row = TypeVar("Row", bound=Model)
AFTER, BEFORE = "after", "before"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and the addresses of the pages around them; empty where there is none."""

    rows: list[Row]
    previous_url: str = ""
    next_url: str = ""
    first_url: str = ""


def page_of(
    request: HttpRequest,
    found: QuerySet[Row],
    *,
    by: str,
    size: int = 50,
    kept: Mapping[str, Any] | Sequence[tuple[str, str]] | None = None,
) -> Page[Row]:
    """The page of `found` that the address asks for by `after` or `before`; one statement.

    `by` names the fields by which `found` is ordered already, such as "-written_at -event_id": all of them up or all
    of them down, the last one unique. `kept` are further parameters for the addresses of the other pages. Raises
    Invalid for a key that no page of this list gave.
    """
    names = by.replace("-", "").split()
    beyond, back = ("lt", "gt") if by.startswith("-") else ("gt", "lt")
    here = request.path + (f"?{urlencode(kept)}" if kept else "")
    if request.GET.get(BEFORE):
        earlier = found.reverse().filter(_further(names, _key(found, names, request.GET[BEFORE]), back))
        rows = list(earlier[: size + 1])
        if len(rows) > size:
            shown = rows[:size][::-1]
            return Page(shown, _url(here, BEFORE, names, shown[0]), _url(here, AFTER, names, shown[-1]), here)
    elif request.GET.get(AFTER):
        later = found.filter(_further(names, _key(found, names, request.GET[AFTER]), beyond))
        rows = list(later[: size + 1])
        previous = _url(here, BEFORE, names, rows[0]) if rows else here
        return Page(rows[:size], previous, _next(here, names, rows, size), here)
    rows = list(found[: size + 1])
    return Page(rows[:size], next_url=_next(here, names, rows, size))


def page_or_first(
    request: HttpRequest, found: QuerySet[Row], *, by: str, size: int, kept: Sequence[tuple[str, str]]
) -> tuple[Page[Row], str]:
    """The page as `page_of` answers it; for a key that no page gave the first page, and a sentence that says so."""
    try:
        return page_of(request, found, by=by, size=size, kept=kept), ""
    except Invalid as refusal:
        bare = HttpRequest()
        bare.path = request.path
        return page_of(bare, found, by=by, size=size, kept=kept), str(refusal.sentence)


def rows_before(found: QuerySet[Row], *, by: str, row: Row) -> QuerySet[Row]:
    """The rows of `found` that come before this one in the order `by`."""
    names = by.replace("-", "").split()
    key = [getattr(row, name) for name in names]
    return found.filter(_further(names, key, "gt" if by.startswith("-") else "lt"))


def _next(here: str, names: list[str], rows: list[Row], size: int) -> str:
    return _url(here, AFTER, names, rows[size - 1]) if len(rows) > size else ""


def _further(names: list[str], key: list[Any], lookup: str) -> Q:
    """Rows after the key in the order of the list; the first condition is the one that an index answers."""
    first = Q(**{f"{names[0]}__{lookup}": key[0]})
    if len(names) == 1:
        return first
    return Q(**{f"{names[0]}__{lookup}e": key[0]}) & (first | _further(names[1:], key[1:], lookup))


def _url(here: str, where: str, names: list[str], row: Model) -> str:
    """The address of the page that begins after (or ends before) this row."""
    values = [getattr(row, name) for name in names]
    key = "~".join(value.isoformat() if isinstance(value, datetime) else str(value) for value in values)
    return f"{here}{'&' if '?' in here else '?'}{urlencode({where: key})}"


def _key(found: QuerySet[Any], names: list[str], text: str) -> list[Any]:
    """The values of a key by the types of their fields; only the first of them may hold a tilde."""
    parts = text.rsplit("~", len(names) - 1)
    if len(parts) != len(names) or "\x00" in text:
        raise _incomplete()
    fields = [_field(found, name) for name in names]
    try:
        key = [field.to_python(part) for field, part in zip(fields, parts, strict=True)]
    except ValidationError as odd:
        raise _incomplete() from odd
    if any(isinstance(value, datetime) and is_naive(value) for value in key):
        raise _incomplete()
    return key


def _field(found: QuerySet[Any], name: str) -> Any:
    """The field that reads this part of a key: of the model, or of an expression that the list is annotated with."""
    expression = found.query.annotations.get(name)
    if expression is not None:
        return expression.output_field
    return found.model._meta.pk if name == "pk" else found.model._meta.get_field(name)


def _incomplete() -> Invalid:
    return Invalid(_("The page address is not complete. Go back to the first page of results."))

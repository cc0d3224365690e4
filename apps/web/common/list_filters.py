"""The filters of a list: a choice, words, a range of days. Each reads its part of the address and refuses nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone, is_aware, localtime
from django.utils.translation import gettext as _

Label = Any  # a text, or a lazy one of gettext_lazy
Where = Q | Callable[[Any], bool]  # a condition for a query set, or one for a row in memory
LONGEST_WORDS, MOST_WORDS = 200, 8
YEARS = range(1900, 2200)


@dataclass(frozen=True)
class Answer:
    """What one filter makes of the address: what it shows, its conditions, its parameters, its chips.

    A chip is its text and the parameters that removing it takes away.
    """

    shown: dict[str, Any]
    conditions: tuple[Where, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    chips: tuple[tuple[str, tuple[str, ...]], ...] = ()
    problems: tuple[str, ...] = ()
    is_tabs: bool = False


class Filter(Protocol):
    """Anything that reads its part of the address."""

    def read(self, asked: Mapping[str, str]) -> Answer: ...


def matches(row: Any, where: Where) -> bool:
    """Whether a row in memory meets the condition."""
    assert not isinstance(where, Q), "a row in memory is filtered by a function"
    return where(row)


def columns(*names: str) -> Callable[[str], Where]:
    """For `Search`: a word is found in one of these columns."""

    def condition(word: str) -> Where:
        found = Q()
        for name in names:
            found |= Q(**{f"{name}__icontains": word})
        return found

    return condition


def text_of(text: Callable[[Any], str]) -> Callable[[str], Where]:
    """For `Search` in rows in memory: a word is found in this text of the row."""
    return lambda word: lambda row: word.casefold() in text(row).casefold()


@dataclass(frozen=True)
class Option:
    """One value of a choice; without `where` it leaves every row. `count` is shown beside a tab."""

    value: str
    label: Label
    where: Where | None = None
    count: int | None = None


@dataclass(frozen=True)
class Choice:
    """One of several values, as a menu or (`tabs`) as tabs above the list.

    Without a value in the address the option `default` applies; a menu without a default offers `any_label` first.
    """

    name: str
    label: Label
    options: Sequence[Option]
    default: str = ""
    any_label: Label = ""
    tabs: bool = False

    def read(self, asked: Mapping[str, str]) -> Answer:
        default = self.default or (self.options[0].value if self.tabs else "")
        value = asked.get(self.name, "") or default
        chosen = next((one for one in self.options if one.value == value), None)
        problems: tuple[str, ...] = ()
        if chosen is None and value:
            problems = (
                _("The filter “%(filter)s” does not have this value, so it was ignored.") % {"filter": self.label},
            )
            chosen = next((one for one in self.options if one.value == default), None)
        active = chosen is not None and chosen.value != default
        return Answer(
            shown={"kind": "choice", "name": self.name, "label": self.label, "options": self._shown(chosen, default)},
            conditions=(chosen.where,) if chosen is not None and chosen.where is not None else (),
            params={self.name: chosen.value} if chosen is not None and active else {},
            chips=((f"{self.label}: {chosen.label}", (self.name,)),) if chosen is not None and active else (),
            problems=problems,
            is_tabs=self.tabs,
        )

    def _shown(self, chosen: Option | None, default: str) -> list[dict[str, Any]]:
        shown = [
            {
                "value": one.value,
                "label": one.label,
                "selected": one is chosen,
                "is_default": one.value == default,
                "count": one.count,
            }
            for one in self.options
        ]
        if default:
            return shown
        everything = {"value": "", "label": self.any_label or _("Any"), "selected": chosen is None, "is_default": True}
        return [everything, *shown]


@dataclass(frozen=True)
class Search:
    """Words that must all be found; `where` says in what: `columns("title", "reference")` or `text_of(function)`."""

    label: Label
    where: Callable[[str], Where]
    name: str = "q"

    def read(self, asked: Mapping[str, str]) -> Answer:
        text = " ".join(asked.get(self.name, "").replace("\x00", "").split())
        problems: tuple[str, ...] = ()
        words = text.split()
        if len(text) > LONGEST_WORDS or len(words) > MOST_WORDS:
            words = text[:LONGEST_WORDS].split()[:MOST_WORDS]
            text = " ".join(words)
            problems = (_("The search is too long. Only its first words were used."),)
        return Answer(
            shown={"kind": "search", "name": self.name, "label": self.label, "value": text},
            conditions=tuple(self.where(word) for word in words),
            params={self.name: text} if text else {},
            chips=((f"{_('Search')}: {text}", (self.name,)),) if text else (),
            problems=problems,
        )


@dataclass(frozen=True)
class DateRange:
    """The first and the last day, both included, in the reader's time zone; either can be left out.

    `of` is a column, or for rows in memory a function that answers a date, a time with a zone, or None. `days` says
    that the column holds days, not times.
    """

    name: str
    label: Label
    of: str | Callable[[Any], date | datetime | None]
    days: bool = False

    def read(self, asked: Mapping[str, str]) -> Answer:
        begin, end = f"{self.name}_from", f"{self.name}_to"
        typed = {one: asked.get(one, "").strip() for one in (begin, end)}
        found = {one: day for one, text in typed.items() if (day := _day(text)) is not None}
        problems = tuple(
            _("The filter “%(filter)s” needs a date such as 2026-11-27, so it was ignored.") % {"filter": self.label}
            for one, text in typed.items()
            if text and one not in found
        )
        first, last = found.get(begin), found.get(end)
        names = {begin: _("from %(day)s"), end: _("until %(day)s")}
        return Answer(
            shown={
                "kind": "dates", "name": self.name, "label": self.label,
                "begin": begin, "end": end,
                "first": first.isoformat() if first else "", "last": last.isoformat() if last else "",
            },
            conditions=tuple(self._conditions(first, last)),
            params={one: day.isoformat() for one, day in found.items()},
            chips=tuple(
                (f"{self.label}: {names[one] % {'day': date_format(day, 'j M Y')}}", (one,))
                for one, day in found.items()
            ),
            problems=problems,
        )  # fmt: skip

    def _conditions(self, first: date | None, last: date | None) -> list[Where]:
        if not isinstance(self.of, str):
            return [self._row_within(self.of, first, last)] if first or last else []
        found: list[Where] = []
        if first:
            found.append(Q(**{f"{self.of}__gte": first if self.days else _midnight(first)}))
        if last:
            after = last + timedelta(days=1)
            found.append(Q(**{f"{self.of}__lt": after if self.days else _midnight(after)}))
        return found

    @staticmethod
    def _row_within(
        of: Callable[[Any], date | datetime | None], first: date | None, last: date | None
    ) -> Callable[[Any], bool]:
        def within(row: Any) -> bool:
            at = of(row)
            if isinstance(at, datetime):
                at = localtime(at).date() if is_aware(at) else at.date()
            return at is not None and (first or at) <= at <= (last or at)

        return within


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=get_current_timezone())

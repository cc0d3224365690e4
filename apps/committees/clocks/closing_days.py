"""A committee's closing days as people write them: one day or one period on each line."""

import re
from collections.abc import Iterable
from datetime import date

from apps.committees.clocks.calendars import DAY

MOST = 400  # days; more would be a committee that never works
LINE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s*(?:to|til|-|–|/)\s*(\d{4}-\d{2}-\d{2}))?\Z")


class WrongLine(ValueError):
    """A line is no day and no period; `line` is its text."""

    def __init__(self, line: str) -> None:
        super().__init__("not a day or a period")
        self.line = line


def parse(text: str) -> tuple[date, ...]:
    """The days of lines such as "2026-12-24" or "2026-12-23 to 2027-01-03", sorted, each once. Empty lines are skipped.

    Raises:
        WrongLine: a line is something else, a day that does not exist, or a period that ends before it starts; or
            there are more than MOST days.
    """
    days: set[date] = set()
    for line in filter(None, map(str.strip, text.splitlines())):
        found = LINE.match(line)
        if found is None:
            raise WrongLine(line)
        try:
            first = date.fromisoformat(found[1])
            last = date.fromisoformat(found[2] or found[1])
        except ValueError:
            raise WrongLine(line) from None
        if not first <= last or (last - first).days >= MOST:
            raise WrongLine(line)
        days.update(first + ahead * DAY for ahead in range((last - first).days + 1))
        if len(days) > MOST:
            raise WrongLine(line)
    return tuple(sorted(days))


def periods(days: Iterable[date]) -> list[tuple[date, date]]:
    """The days as periods of days that follow each other, each with its first and last day."""
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and day - found[-1][1] == DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def written(days: Iterable[date]) -> str:
    """The days as `parse` reads them."""
    lines = [f"{first}" if first == last else f"{first} to {last}" for first, last in periods(days)]
    return "\n".join(lines)

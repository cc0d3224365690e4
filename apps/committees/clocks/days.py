"""Counting the days of a clock: when a period ends, how many days were used, which stretches were paused.

The rule for every event: its day belongs to the stretch that it ends. The day of submission is not counted; the day on
which changes are requested still counts; the day of the answer is still paused (Regulation (EEC, Euratom)
No 1182/71, Article 3(1): the day of the event is not part of the period).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from apps.committees.clocks.calendars import DAY, NO_CALENDAR, Calendar, NoDate
from apps.core import zones

LONGEST = 20 * 366  # days; a clock that runs longer has no date


class Unit(StrEnum):
    """What a period is counted in."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True)
class Period:
    """So many days, working days, weeks or calendar months; at least one."""

    amount: int
    unit: Unit = Unit.DAYS

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise NoDate("a period has at least one day")

    def __add__(self, other: "Period") -> "Period":
        """A period and its extension, in the same unit: 3 months and 3 months are 6 months from the start."""
        if self.unit != other.unit:
            raise NoDate("an extension has the unit of its period")
        return Period(self.amount + other.amount, self.unit)


@dataclass(frozen=True)
class Pause:
    """Days that do not count, first and last included; without `last` the clock is still paused."""

    first: date
    last: date | None = None


@dataclass(frozen=True)
class Stretch:
    """One line of a clock: the days from first to last, whether it ran, and how many days were counted."""

    first: date
    last: date
    running: bool
    days: int


def day_of(moment: datetime, zone: str) -> date:
    """The day of a moment in a time zone (IANA name): 23:30 UTC on 1 March is 2 March in Copenhagen.

    Raises:
        NoDate: the time zone is unknown.
    """
    if not zones.is_known(zone):
        raise NoDate(f"unknown time zone {zone[:40]!r}")
    return moment.astimezone(zones.zone(zone)).date()


def add_months(start: date, months: int) -> date:
    """The same day of a later month, or the last day of that month if it has none (Regulation 1182/71, 3(2)(c))."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(start.day, (following - DAY).day))


def pauses_between(rounds: Sequence[tuple[datetime, datetime | None]], zone: str, *, open_end: bool) -> list[Pause]:
    """The pauses between review rounds, each given as (opened, closed), oldest first.

    `open_end` says that the clock still waits for the applicant after the last round.

    Raises:
        NoDate: the time zone is unknown.
    """
    found = []
    for (_opened, closed), (again, _closed) in zip(rounds, rounds[1:], strict=False):
        first, last = day_of(closed or again, zone) + DAY, day_of(again, zone)
        if first <= last:
            found.append(Pause(first, last))
    if open_end and rounds and rounds[-1][1] is not None:
        found.append(Pause(day_of(rounds[-1][1], zone) + DAY))
    return found


def due_on(start: date, period: Period, calendar: Calendar, pauses: Iterable[Pause] = ()) -> date | None:
    """The last day of the period, if the clock starts on day `start`; None while it is paused.

    Days and weeks are calendar days. In a calendar with holidays, a period in days, weeks or months that would end on
    a day off ends on the next working day (Regulation 1182/71, Article 3(4)).

    Raises:
        NoDate: the calendar does not know a day that is needed, or the period is longer than `LONGEST` days.
    """
    paused = list(pauses)
    if any(one.last is None for one in paused):
        return None
    if period.unit == Unit.MONTHS:
        return _closing(_months_later(start, period.amount, paused), calendar)
    amount = period.amount * 7 if period.unit == Unit.WEEKS else period.amount
    day = start
    for _turn in range(LONGEST):
        day += DAY
        if _counts(day, period.unit, calendar, paused):
            amount -= 1
            if amount == 0:
                return day if period.unit == Unit.WORKING_DAYS else _closing(day, calendar)
    raise NoDate("the period does not end")


def _months_later(start: date, months: int, pauses: Iterable[Pause]) -> date:
    """The months from the start; then as many days more as the clock was paused before that day."""
    end = add_months(start, months)
    for one in sorted(pauses, key=lambda pause: pause.first):
        if one.last is not None and one.first <= end:
            end += (one.last - one.first) + DAY
    return end


def _closing(day: date, calendar: Calendar) -> date:
    return day if calendar.code == NO_CALENDAR else calendar.next_working(day)


def _counts(day: date, unit: Unit, calendar: Calendar, pauses: Iterable[Pause]) -> bool:
    if any(one.first <= day and (one.last is None or day <= one.last) for one in pauses):
        return False
    return unit != Unit.WORKING_DAYS or calendar.is_working(day)


def used(start: date, today: date, unit: Unit, calendar: Calendar, pauses: Iterable[Pause] = ()) -> int:
    """How many days have counted from the start to this day: 20 on the due day of 20 working days, then 21.

    Working days if the period is in working days, otherwise calendar days.

    Raises:
        NoDate: the calendar does not know a day that is needed.
    """
    paused = list(pauses)
    span = min((today - start).days, LONGEST)
    return sum(_counts(start + ahead * DAY, unit, calendar, paused) for ahead in range(1, span + 1))


def left(today: date, due: date, unit: Unit, calendar: Calendar) -> int:
    """How many days remain after today to the due day; below 0 if it has passed: -1 on the first day that counts
    after it. A due day that passed on a day off is 0 until the next working day.

    Raises:
        NoDate: the calendar does not know a day that is needed.
    """
    if today <= due:
        return used(today, due, unit, calendar)
    return -used(due, today, unit, calendar)


def stretches(
    start: date, until: date, unit: Unit, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> list[Stretch]:  # fmt: skip
    """The days after `start` up to `until`, as stretches in which the clock ran or was paused, oldest first.

    Raises:
        NoDate: the calendar does not know a day that is needed.
    """
    found: list[Stretch] = []
    first = start + DAY
    for one in sorted(pauses, key=lambda pause: pause.first):
        if one.first > until:
            break
        if first < one.first:
            found.append(_ran(first, one.first - DAY, unit, calendar))
        last = min(one.last or until, until)
        found.append(Stretch(max(first, one.first), last, False, 0))
        first = last + DAY
    if first <= until:
        found.append(_ran(first, until, unit, calendar))
    return found


def _ran(first: date, last: date, unit: Unit, calendar: Calendar) -> Stretch:
    return Stretch(first, last, True, used(first - DAY, last, unit, calendar))

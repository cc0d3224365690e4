"""The rule of one clock: its calendar, time zone, period and extension, as a committee chose them.

A review keeps the rule with which it started (`stored`); a change of the committee's settings counts for later ones.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from typing import Any, Self

from apps.committees.clocks.calendars import Calendar, NoDate
from apps.committees.clocks.days import Period, Unit


@dataclass(frozen=True)
class ClockRule:
    """`amount` and `extension` are in `unit`; an extension of 0 means that there is none.

    `closed` are the committee's closing days, `fast` says that the amounts are those of the fast track.
    """

    unit: Unit
    amount: int
    extension: int = 0
    calendar: str = ""
    time_zone: str = "UTC"
    closed: tuple[date, ...] = ()
    fast: bool = False

    @property
    def days(self) -> Calendar:
        """Which days are working days.

        Raises:
            NoDate: the calendar is unknown.
        """
        return Calendar(self.calendar, frozenset(self.closed))

    def period(self, *, extended: bool = False) -> Period:
        """How long the review may take, with its extension if it was extended.

        Raises:
            NoDate: there is no such period.
        """
        own = Period(self.amount, self.unit)
        return own + Period(self.extension, self.unit) if extended else own

    def with_closing_days(self, closed: tuple[date, ...]) -> Self:
        """The same rule with the closing days that are known today."""
        return replace(self, closed=closed)

    def stored(self) -> dict[str, Any]:
        """As JSON, with the release of the library that knew the holidays."""
        values = asdict(self) | {"unit": self.unit.value, "closed": [day.isoformat() for day in self.closed]}
        return values | {"holidays": version("holidays")}


def stored_rule(values: Mapping[str, Any]) -> ClockRule:
    """The rule that `stored` wrote.

    Raises:
        NoDate: it is of another shape; nothing is guessed.
    """
    try:
        return ClockRule(
            unit=Unit(values["unit"]),
            amount=int(values["amount"]),
            extension=int(values["extension"]),
            calendar=str(values["calendar"]),
            time_zone=str(values["time_zone"]),
            closed=tuple(date.fromisoformat(day) for day in values["closed"]),
            fast=values["fast"] is True,
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise NoDate("the rule of this clock cannot be read") from fault

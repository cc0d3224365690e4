"""Which days are working days: weekends and public holidays of a country or region, and a committee's closing days.

Public holidays are those of the library `holidays`, category "public", with days observed on another day. What a
release of it changes does not change a date that is already set: that date is stored with the review round.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import holidays

NO_CALENDAR = ""
DAY = timedelta(days=1)


class NoDate(ValueError):
    """A date cannot be computed: the calendar is unknown, or does not know the year."""


@dataclass(frozen=True)
class Calendar:
    """The days of one committee.

    `code` is a country (ISO 3166-1 alpha-2, "DK") or a region of it (ISO 3166-2, "DE-BY"); without one every day is a
    working day that is not a closing day.
    """

    code: str = NO_CALENDAR
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not is_known(self.code):
            raise NoDate(f"unknown calendar {self.code[:20]!r}")

    def is_working(self, day: date) -> bool:
        """Whether people work on this day.

        Raises:
            NoDate: the calendar does not know the year, so that a holiday would be missed.
        """
        if day in self.closed:
            return False
        if self.code == NO_CALENDAR:
            return True
        return bool(_of_year(self.code, day.year).is_working_day(day))

    def next_working(self, day: date) -> date:
        """This day, or the first working day after it (Regulation (EEC, Euratom) No 1182/71, Article 3(4)).

        Raises:
            NoDate: there is none within a year.
        """
        for ahead in range(366):
            if self.is_working(day + ahead * DAY):
                return day + ahead * DAY
        raise NoDate("no working day within a year")


@lru_cache(maxsize=1)
def _supported() -> Mapping[str, list[str]]:
    """Regions by country; only codes that ISO 3166 knows, since the library also accepts names of places."""
    return {
        country: sorted(region for region in regions if len(region) <= 3 and region.isupper() or region.isdigit())
        for country, regions in holidays.list_supported_countries(include_aliases=False).items()
    }


def countries() -> list[str]:
    """The countries that have a calendar, by code."""
    return sorted(_supported())


def regions(country: str) -> list[str]:
    """The regions of a country that have a calendar of their own, as ISO 3166-2 codes; empty if there are none."""
    return [f"{country}-{region}" for region in _supported().get(country, [])]


def is_known(code: str) -> bool:
    """Whether there is such a calendar; the empty code is the calendar without holidays."""
    country, _dash, region = code.partition("-")
    if code == NO_CALENDAR:
        return True
    return country in _supported() and (code == country or region in _supported()[country])


@lru_cache(maxsize=256)
def _of_year(code: str, year: int) -> Any:
    """The holidays of one year. Outside its range the library answers that there are none: that is refused here."""
    country, _dash, region = code.partition("-")
    found = holidays.country_holidays(country, subdiv=region or None, years=year, expand=False, observed=True)
    if not found.start_year <= year <= found.end_year:
        raise NoDate(f"no calendar of {code} for {year}")
    return found

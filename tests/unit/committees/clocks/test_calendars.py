"""What the library of holidays is trusted for, and its traps."""

from datetime import date

import holidays
import pytest

from apps.committees.clocks import calendars
from apps.committees.clocks.calendars import Calendar


def test_only_public_holidays_count() -> None:
    """The library also knows optional and unofficial days: none of them gives a committee a day off."""
    optional = holidays.country_holidays("DK", years=2026, categories=("optional",))
    assert date(2026, 12, 24) in optional
    assert Calendar("DK").is_working(date(2026, 12, 24))


def test_the_library_itself_answers_for_years_it_does_not_know() -> None:
    """Control: this is the trap. Without the check, Christmas 2200 would be a working day."""
    assert holidays.country_holidays("DK", years=2200, expand=False).is_working_day(date(2200, 12, 25))
    with pytest.raises(calendars.NoDate):
        Calendar("DK").is_working(date(2200, 12, 25))


def test_regions_are_those_of_iso_3166_2() -> None:
    assert "DE-BY" in calendars.regions("DE")
    assert calendars.regions("DK") == []
    assert not {"DE-Augsburg", "NL-Zuid"} & {*calendars.regions("DE"), *calendars.regions("NL")}
    assert {"DK", "DE", "FI", "NL"} <= set(calendars.countries())


def test_without_a_calendar_only_closing_days_are_days_off() -> None:
    plain = Calendar(closed=frozenset({date(2026, 11, 30)}))
    assert plain.is_working(date(2026, 11, 28))
    assert plain.is_working(date(2026, 12, 25))
    assert not plain.is_working(date(2026, 11, 30))
    assert plain.next_working(date(2026, 11, 30)) == date(2026, 12, 1)

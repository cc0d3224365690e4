"""The dates of the clock against a table computed by hand from printed calendars, and never by this program."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.committees.clocks.calendars import Calendar, NoDate
from apps.committees.clocks.days import (
    Pause,
    Period,
    Stretch,
    Unit,
    day_of,
    due_on,
    left,
    pauses_between,
    stretches,
    used,
)

CLOSED = tuple(date(2026, 12, 23) + timedelta(days=ahead) for ahead in range(12))  # 23 Dec 2026 to 3 Jan 2027
EXAMPLE = "2026-11-06/2026-11-12"
# What it shows; the day the clock starts; the period ("w" working days, "d" days, "k" weeks, "m" months, "a+b" with an
# extension); the calendar; the pauses; the day it is due.
TABLE = """
worked example of the page designs         | 2026-10-22 | 20w   | DK     | 2026-11-06/2026-11-12 | 2026-11-26
the same, extended by 20 days              | 2026-10-22 | 20+20w| DK     | 2026-11-06/2026-11-12 | 2026-12-24
submitted on a Thursday                    | 2026-11-26 | 5w    | DK     | | 2026-12-03
submitted on a Friday                      | 2026-11-27 | 5w    | DK     | | 2026-12-04
submitted on a Saturday                    | 2026-11-28 | 5w    | DK     | | 2026-12-04
submitted on a Sunday                      | 2026-11-29 | 5w    | DK     | | 2026-12-04
Christmas, 24 Dec is a working day         | 2026-12-18 | 5w    | DK     | | 2026-12-28
Christmas and the days the body is closed  | 2026-12-18 | 5w    | DK/own | | 2027-01-06
Christmas Eve is a holiday in Finland      | 2026-12-18 | 5w    | FI     | | 2026-12-29
Christmas in Germany                       | 2026-12-18 | 5w    | DE     | | 2026-12-28
Christmas in the Netherlands               | 2026-12-18 | 5w    | NL     | | 2026-12-28
New Year's Day                             | 2026-12-30 | 3w    | DK     | | 2027-01-05
Epiphany in Finland                        | 2026-01-05 | 1w    | FI     | | 2026-01-07
no Epiphany in Denmark                     | 2026-01-05 | 1w    | DK     | | 2026-01-06
Easter with Maundy Thursday                | 2026-04-01 | 2w    | DK     | | 2026-04-08
Easter in Finland                          | 2026-04-01 | 2w    | FI     | | 2026-04-07
Easter in Germany                          | 2026-04-01 | 2w    | DE     | | 2026-04-07
Easter in the Netherlands                  | 2026-04-01 | 2w    | NL     | | 2026-04-07
Great Prayer Day, the last one             | 2023-05-04 | 1w    | DK     | | 2023-05-08
Great Prayer Day, abolished                | 2024-04-25 | 1w    | DK     | | 2024-04-26
Ascension Day                              | 2026-05-13 | 1w    | DK     | | 2026-05-15
Whit Monday                                | 2026-05-22 | 1w    | DK     | | 2026-05-26
no Whit Monday in Finland                  | 2026-05-22 | 1w    | FI     | | 2026-05-25
Constitution Day is no public holiday      | 2026-06-04 | 1w    | DK     | | 2026-06-05
Midsummer Eve moves with the year: 2026    | 2026-06-18 | 1w    | FI     | | 2026-06-22
Midsummer Eve moves with the year: 2025    | 2025-06-19 | 1w    | FI     | | 2025-06-23
King's Day moved from Sunday to Saturday   | 2025-04-25 | 1w    | NL     | | 2025-04-28
King's Day on a Monday                     | 2026-04-24 | 1w    | NL     | | 2026-04-28
Liberation Day, every five years           | 2025-05-02 | 1w    | NL     | | 2025-05-06
Liberation Day, in other years             | 2026-05-04 | 1w    | NL     | | 2026-05-05
Corpus Christi in Bavaria                  | 2026-06-03 | 1w    | DE-BY  | | 2026-06-05
no Corpus Christi in all of Germany        | 2026-06-03 | 1w    | DE     | | 2026-06-04
Day of Repentance in Saxony                | 2026-11-17 | 1w    | DE-SN  | | 2026-11-19
no Day of Repentance in Berlin             | 2026-11-17 | 1w    | DE-BE  | | 2026-11-18
German Unity Day on a Saturday is lost     | 2026-10-02 | 1w    | DE     | | 2026-10-05
Independence Day observed on a Friday      | 2026-07-02 | 1w    | US     | | 2026-07-06
Boxing Day observed on a Monday            | 2026-12-24 | 1w    | GB-ENG | | 2026-12-29
the weekend is Friday and Saturday         | 2026-11-25 | 2w    | SA     | | 2026-11-29
two pauses | 2026-11-02 | 10w | DK | 2026-11-04/2026-11-08 2026-11-12/2026-11-13 | 2026-11-23
a pause over a weekend                     | 2026-11-05 | 2w    | DK     | 2026-11-07/2026-11-08 | 2026-11-09
28 days without a calendar                 | 2026-11-27 | 28d   | -      | | 2026-12-25
28 days end on a holiday                   | 2026-11-27 | 28d   | DK     | | 2026-12-28
28 days with a pause                       | 2026-10-30 | 28d   | -      | 2026-11-06/2026-11-12 | 2026-12-04
28 days over 29 February                   | 2028-02-10 | 28d   | -      | | 2028-03-09
28 days over the end of February           | 2027-02-10 | 28d   | -      | | 2027-03-10
four weeks to complete a request           | 2026-11-16 | 4k    | -      | | 2026-12-14
four weeks to complete a request, later    | 2026-11-20 | 4k    | -      | | 2026-12-18
three months                               | 2026-11-27 | 3m    | -      | | 2027-02-27
three months to a shorter month            | 2026-11-30 | 3m    | -      | | 2027-02-28
three months to 29 February                | 2027-11-30 | 3m    | -      | | 2028-02-29
three months to a month of 30 days         | 2026-08-31 | 3m    | -      | | 2026-11-30
three months from 29 February              | 2028-02-29 | 3m    | -      | | 2028-05-29
a year from 29 February                    | 2028-02-29 | 12m   | -      | | 2029-02-28
a month from 31 January                    | 2026-01-31 | 1m    | -      | | 2026-02-28
a month from 31 January, leap year         | 2028-01-31 | 1m    | -      | | 2028-02-29
over the end of the year                   | 2026-12-31 | 2m    | -      | | 2027-02-28
three months end on a Sunday               | 2026-11-30 | 3m    | DK     | | 2027-03-01
fast track ends on Christmas Day           | 2026-10-25 | 2m    | DK     | | 2026-12-28
fast track, extended                       | 2026-10-25 | 2+1m  | DK     | | 2027-01-25
three months, extended by three            | 2026-11-30 | 3+3m  | DK     | | 2027-05-31
three months with a pause                  | 2026-10-22 | 3m    | DK     | 2026-11-06/2026-11-12 | 2027-01-29
months with a pause after the end          | 2026-01-15 | 1m    | -      | 2026-03-01/2026-03-10 | 2026-02-15
months with a pause from the last day      | 2026-01-15 | 1m    | -      | 2026-02-15/2026-02-20 | 2026-02-21
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
UNITS = {"w": Unit.WORKING_DAYS, "d": Unit.DAYS, "k": Unit.WEEKS, "m": Unit.MONTHS}


def period(text: str) -> Period:
    amounts = [Period(int(amount), UNITS[text[-1]]) for amount in text[:-1].split("+")]
    return amounts[0] if len(amounts) == 1 else amounts[0] + amounts[1]


def calendar(text: str) -> Calendar:
    code, _slash, own = text.partition("/")
    return Calendar("" if code == "-" else code, frozenset(CLOSED if own else ()))


def pauses(text: str) -> list[Pause]:
    return [Pause(*map(date.fromisoformat, one.split("/"))) for one in text.split()]


def test_the_table_is_as_long_as_it_says() -> None:
    assert len(ROWS) >= 60
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("name", "start", "length", "days", "paused", "due"), ROWS, ids=[row[0] for row in ROWS])
def test_the_day_is_the_one_computed_by_hand(
    name: str, start: str, length: str, days: str, paused: str, due: str
) -> None:
    found = due_on(date.fromisoformat(start), period(length), calendar(days), pauses(paused))
    assert found == date.fromisoformat(due), name


def test_the_table_would_notice_a_program_that_counts_the_day_of_submission() -> None:
    """Control: one day earlier is another day in nearly every row."""
    wrong = 0
    for _name, start, length, days, paused, due in ROWS:
        earlier = date.fromisoformat(start) - timedelta(days=1)
        wrong += due_on(earlier, period(length), calendar(days), pauses(paused)) != date.fromisoformat(due)
    assert wrong > len(ROWS) * 2 // 3


def test_the_worked_example_line_by_line() -> None:
    """Ten working days, a week paused, ten working days; the day after is day 21, overdue by one working day."""
    denmark, stopped = Calendar("DK"), pauses(EXAMPLE)
    start, due, today = date(2026, 10, 22), date(2026, 11, 26), date(2026, 11, 27)
    assert stretches(start, due, Unit.WORKING_DAYS, denmark, stopped) == [
        Stretch(date(2026, 10, 23), date(2026, 11, 5), True, 10),
        Stretch(date(2026, 11, 6), date(2026, 11, 12), False, 0),
        Stretch(date(2026, 11, 13), date(2026, 11, 26), True, 10),
    ]
    assert used(start, due, Unit.WORKING_DAYS, denmark, stopped) == 20
    assert used(start, today, Unit.WORKING_DAYS, denmark, stopped) == 21
    assert left(today, due, Unit.WORKING_DAYS, denmark) == -1


@pytest.mark.parametrize(
    ("today", "remaining"),
    [("2026-11-25", 1), ("2026-11-26", 0), ("2026-11-27", -1), ("2026-11-28", -1), ("2026-11-30", -2)],
)
def test_days_left_are_working_days(today: str, remaining: int) -> None:
    assert left(date.fromisoformat(today), date(2026, 11, 26), Unit.WORKING_DAYS, Calendar("DK")) == remaining


def test_days_left_are_calendar_days_in_other_units() -> None:
    assert left(date(2026, 11, 27), date(2026, 12, 4), Unit.MONTHS, Calendar("DK")) == 7
    assert left(date(2026, 11, 30), date(2026, 11, 27), Unit.DAYS, Calendar()) == -3


def test_a_clock_that_is_paused_has_no_due_day() -> None:
    open_end = [Pause(date(2026, 11, 6))]
    assert due_on(date(2026, 10, 22), Period(20, Unit.WORKING_DAYS), Calendar("DK"), open_end) is None
    assert stretches(date(2026, 10, 22), date(2026, 11, 9), Unit.WORKING_DAYS, Calendar("DK"), open_end)[1:] == [
        Stretch(date(2026, 11, 6), date(2026, 11, 9), False, 0)
    ]


def test_stretches_end_today_and_start_with_a_pause_where_the_clock_did() -> None:
    assert stretches(date(2026, 11, 5), date(2026, 11, 5), Unit.DAYS, Calendar()) == []
    both = stretches(date(2026, 11, 5), date(2026, 11, 30), Unit.DAYS, Calendar(), pauses(EXAMPLE))
    assert [(one.running, one.days) for one in both] == [(False, 0), (True, 18)]
    before = stretches(date(2026, 11, 2), date(2026, 11, 5), Unit.DAYS, Calendar(), pauses(EXAMPLE))
    assert [(one.running, one.days) for one in before] == [(True, 3)]


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 3, 1, 22, 59, tzinfo=UTC), "Europe/Copenhagen", date(2026, 3, 1)),
        (datetime(2026, 3, 1, 23, 0, tzinfo=UTC), "Europe/Copenhagen", date(2026, 3, 2)),
        (datetime(2026, 6, 1, 22, 0, tzinfo=UTC), "Europe/Copenhagen", date(2026, 6, 2)),
        (datetime(2026, 11, 27, 22, 30, tzinfo=UTC), "Europe/Helsinki", date(2026, 11, 28)),
        (datetime(2026, 11, 28, 3, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 27)),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), "UTC", date(2026, 12, 31)),
    ],
)
def test_midnight_is_that_of_the_committee(moment: datetime, zone: str, day: date) -> None:
    assert day_of(moment, zone) == day


def test_pauses_lie_between_rounds() -> None:
    """Asked on 5 Nov and answered on 12 Nov, at 23:30 UTC: the pause is of the days of Copenhagen."""
    first = (datetime(2026, 10, 22, 9, tzinfo=UTC), datetime(2026, 11, 5, 9, tzinfo=UTC))
    second = (datetime(2026, 11, 12, 9, tzinfo=UTC), datetime(2026, 11, 20, 9, tzinfo=UTC))
    third = (datetime(2026, 11, 20, 21, tzinfo=UTC), datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    days = "Europe/Copenhagen"
    assert pauses_between([first, second, third], days, open_end=False) == pauses(EXAMPLE)
    assert pauses_between([first, second, third], days, open_end=True)[1:] == [Pause(date(2026, 11, 26))]
    assert pauses_between([], days, open_end=True) == []
    assert pauses_between([(first[0], None)], days, open_end=True) == []


def test_what_cannot_be_computed_is_refused() -> None:
    """A calendar that is unknown, or does not know the year, gives no date; it does not give a wrong one."""
    start = date(2026, 10, 22)
    for code in ("dk", "XX", "DK-", "DE-ZZ", "DE-Augsburg", "NL-Zuid", "Denmark"):
        with pytest.raises(NoDate):
            Calendar(code)
    with pytest.raises(NoDate):
        due_on(date(2100, 12, 30), Period(5, Unit.WORKING_DAYS), Calendar("DK"))
    with pytest.raises(NoDate):
        due_on(date(1985, 1, 2), Period(5, Unit.WORKING_DAYS), Calendar("DE"))
    with pytest.raises(NoDate):
        Period(0)
    with pytest.raises(NoDate):
        Period(3, Unit.MONTHS) + Period(3, Unit.DAYS)
    with pytest.raises(NoDate):
        day_of(datetime(2026, 1, 1, tzinfo=UTC), "Mars/Olympus")
    with pytest.raises(NoDate):
        due_on(start, Period(9000, Unit.DAYS), Calendar())
    shut = frozenset(start + timedelta(days=ahead) for ahead in range(500))
    with pytest.raises(NoDate):
        Calendar("DK", shut).next_working(start)

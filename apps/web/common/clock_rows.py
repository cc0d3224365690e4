"""A committee's clock in words: the period, the days left, each stretch. Applicant and committee read the same."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests.queries_clocks import ClockOnDay
from apps.committees.clocks.calendars import NoDate
from apps.committees.clocks.closing_days import periods
from apps.committees.clocks.days import Stretch, Unit, left
from apps.committees.clocks.terms import ClockRule, stored_rule
from apps.committees.models import Committee


def length(amount: int, unit: str) -> str:
    """A number of days, working days, weeks or calendar months in words."""
    words = {
        Unit.WORKING_DAYS: ngettext("%(n)s working day", "%(n)s working days", amount),
        Unit.WEEKS: ngettext("%(n)s week", "%(n)s weeks", amount),
        Unit.MONTHS: ngettext("%(n)s calendar month", "%(n)s calendar months", amount),
    }
    return words.get(Unit(unit), ngettext("%(n)s day", "%(n)s days", amount)) % {"n": amount}


def period_of(committee: Committee) -> str:
    """How long the committee means to take: "20 working days"."""
    return length(committee.clock_length, committee.clock_unit)


def days_left(stored: Mapping[str, Any] | None, due: date | None, today: date) -> dict[str, Any]:
    """Beside a due day in a list: `late_words` after it, and `left_words` before it.

    `stored` is the rule of the review's clock. Working days if it counts so, otherwise calendar days; empty if they
    cannot be counted.
    """
    nothing = {"late_words": "", "left_words": ""}
    if due is None:
        return nothing
    try:
        rule = stored_rule(stored or {})
        remaining = left(today, due, rule.unit, rule.days)
    except NoDate:
        return nothing
    unit = _counted(rule)
    return {"late_words": _late(-remaining, unit), "left_words": _left(remaining, unit)}


def _counted(rule: ClockRule) -> Unit:
    return Unit.WORKING_DAYS if rule.unit == Unit.WORKING_DAYS else Unit.DAYS


def _late(days: int, unit: Unit) -> str:
    if days < 1:
        return ""
    if unit == Unit.WORKING_DAYS:
        return ngettext("Overdue by %(n)s working day", "Overdue by %(n)s working days", days) % {"n": days}
    return ngettext("Overdue by %(n)s day", "Overdue by %(n)s days", days) % {"n": days}


def _left(days: int, unit: Unit) -> str:
    if days < 0:
        return ""
    if days == 0:
        return _("Due today")
    if unit == Unit.WORKING_DAYS:
        return ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days}
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}


def clock_shown(found: ClockOnDay | None, today: date) -> dict[str, Any] | None:
    """The clock as a page shows it; None if the review has none."""
    if found is None:
        return None
    rule = found.rule
    shown: dict[str, Any] = {
        "due": found.due_on,
        "paused": found.paused,
        "stopped": found.stopped,
        "lines": [_line(one, found, today) for one in found.lines],
        "extended": found.row.is_extended,
        "reason": found.row.reason if found.row.change else "",
        "period": "",
        "how": "",
        "late_words": "",
        "left_words": "",
    }
    if rule is None:
        return shown
    unit = _counted(rule)
    shown["period"] = length(rule.period(extended=found.row.is_extended).amount, rule.unit)
    shown["how"] = how_counted(rule)
    if found.left is not None and not found.stopped:
        shown |= {"late_words": _late(found.overdue, unit), "left_words": _left(found.left, unit)}
        shown["position"] = _position(found)
    return shown


def _position(found: ClockOnDay) -> str:
    """ "Day 21 of 20", counted as the period is; nothing for months, which are not counted in days."""
    if found.rule is None or found.used is None or found.rule.unit == Unit.MONTHS:
        return ""
    total = found.rule.period(extended=found.row.is_extended).amount
    return _("Day %(day)s of %(total)s") % {"day": found.used, "total": total}


def how_counted(rule: ClockRule) -> str:
    """Which days count, in one sentence."""
    if rule.unit == Unit.WORKING_DAYS:
        return _("Only working days count (calendar %(calendar)s). The day of submission does not count.") % {
            "calendar": rule.calendar
        }
    if rule.calendar:
        return _(
            "All days count, except the day of submission. A period that would end on a day off ends on the next "
            "working day (calendar %(calendar)s)."
        ) % {"calendar": rule.calendar}
    return _("All days count, except the day of submission.")


def _line(one: Stretch, found: ClockOnDay, today: date) -> Mapping[str, Any]:
    """One stretch: its days, and whether the clock ran."""
    current = one.last == today and not found.stopped
    if not one.running:
        words = _("paused, waiting for the applicant")
    elif found.in_working_days:
        words = ngettext("running, %(n)s working day", "running, %(n)s working days", one.days) % {"n": one.days}
    else:
        words = ngettext("running, %(n)s day", "running, %(n)s days", one.days) % {"n": one.days}
    if current and one.running and found.used is not None:
        words = _("%(running)s, today is day %(day)s") % {"running": words, "day": found.used}
    return {"first": one.first, "last": one.last, "running": one.running, "words": words}


def deadlines_of(committee: Committee, today: date) -> dict[str, Any]:
    """What the committee chose, in words, for the pages about it. Closing days that are over are left out."""
    unit, rule = committee.clock_unit, committee.clock_rule()
    coming = [one for one in rule.closed if one >= today]
    return {
        "period": period_of(committee),
        "extension": length(committee.extension_amount, unit) if committee.extension_amount else "",
        "fast": length(committee.fast_amount, unit) if committee.fast_amount else "",
        "answer": length(committee.answer_amount, committee.answer_unit) if committee.answer_amount else "",
        "how": how_counted(rule),
        "closed": [{"first": first, "last": last} for first, last in periods(coming)],
    }

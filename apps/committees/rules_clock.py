"""What a committee may choose about its clock."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.committees.clock_settings import ClockSettings
from apps.committees.clocks.calendars import is_known
from apps.core import clock, zones
from apps.core.errors import Invalid

LONGEST = {"days": 365, "working_days": 260, "months": 12}
LONGEST_ANSWER = {"weeks": 52, "working_days": 260}
MOST_REMIND = 30


def check_clock(chosen: Mapping[str, Any]) -> None:
    """Every choice is possible and they go together; one refusal names each field that does not."""
    fields = _wrong_days(chosen) | _wrong_lengths(chosen)
    if fields:
        raise Invalid(_("The deadlines were not changed."), fields=fields)


def _wrong_days(chosen: Mapping[str, Any]) -> dict[str, str]:
    fields: dict[str, str] = {}
    unit, answer = chosen["clock_unit"], chosen["answer_unit"]
    needs_calendar = unit == "working_days" or (chosen["answer_amount"] and answer == "working_days")
    if not is_known(chosen["calendar"]):
        fields["calendar"] = _("Enter the code of a country, such as DK, or of a region, such as DE-BY.")
    elif needs_calendar and not chosen["calendar"]:
        fields["calendar"] = _("To count working days, enter the code of a country or region.")
    if not zones.is_known(chosen["time_zone"]):
        fields["time_zone"] = _("Choose a time zone from the list.")
    return fields


def _wrong_lengths(chosen: Mapping[str, Any]) -> dict[str, str]:
    unit, answer = chosen["clock_unit"], chosen["answer_unit"]
    if unit not in ClockSettings.ClockUnit.values:
        return {"clock_unit": _("Select the unit of the time to decide.")}
    if answer not in ClockSettings.AnswerUnit.values:
        return {"answer_unit": _("Select the unit of the time to answer.")}
    limits = {
        "clock_amount": (1, LONGEST[unit]),
        "extension_amount": (0, LONGEST[unit]),
        "fast_amount": (0, max(0, chosen["clock_amount"] - 1)),
        "fast_extension_amount": (0, LONGEST[unit] if chosen["fast_amount"] else 0),
        "answer_amount": (0, LONGEST_ANSWER[answer]),
        "remind_days": (0, MOST_REMIND),
    }
    return {
        name: _("Enter a number from %(least)s to %(most)s.") % {"least": least, "most": max(least, most)}
        for name, (least, most) in limits.items()
        if not least <= chosen[name] <= most
    }


def check_closed_until(accepting: bool, until: date | None) -> None:
    """The day until which no requests are accepted is to come; none is needed."""
    if not accepting and until is not None and until < clock.today():
        raise Invalid(_("The date must be today or later."), field="closed_until")

"""Conditions of an approval in words, days and states."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from apps.access_requests.models import Condition, ConditionReport, Item
from apps.access_requests.states import ItemState

TO_REPORT, REPORTED, SENT_BACK = "to_report", "reported", str(ConditionReport.Verdict.SENT_BACK)
LONGEST_DAYS = 5 * 366  # days after signing
HOLDS_SIGNING = (Condition.Due.SIGNING,)
HOLDS_DOWNLOADS = (Condition.Due.SIGNING, Condition.Due.DOWNLOAD)  # what was not met before signing is not met later


@dataclass(frozen=True)
class DueDate:
    """By when a proposed condition has to be met: a value of `Condition.Due`, with a day or a number of days."""

    due: str = Condition.Due.NONE
    due_on: date | None = None
    due_days: int | None = None


NO_DUE_DATE = DueDate()


def terms_of(conditions: Iterable[Condition]) -> str:
    """The conditions as the agreement contains them, each with its due date, in English as the agreement is."""
    with override("en"):
        return "\n\n".join(map(with_due_date, conditions))


def with_due_date(condition: Condition) -> str:
    """The condition with its due date in brackets."""
    when = due_words(condition)
    return f"{condition.text} ({when})" if when else condition.text


def due_words(condition: Condition) -> str:
    """By when the condition has to be met, in the language that is active; empty if there is no due date."""
    if condition.due == Condition.Due.SIGNING:
        return _("Due before signing")
    if condition.due == Condition.Due.DOWNLOAD:
        return _("Due before the first download")
    if condition.due == Condition.Due.DATE:
        return _("Due on %(day)s") % {"day": formats.date_format(condition.due_on, "j M Y")}
    if condition.due == Condition.Due.AFTER_SIGNING:
        days = condition.due_days or 0
        said = ngettext("Due %(n)s day after signing", "Due %(n)s days after signing", days)
        return said % {"n": days}
    return ""


def due_day(condition: Any, executed_at: datetime | None) -> date | None:
    """The last day (UTC) on which the condition can be met in time; None without one, or before everybody has signed.

    `executed_at` is when the agreement was fully signed: that day is not counted.
    """
    if condition.due == Condition.Due.DATE:
        on: date | None = condition.due_on
        return on
    if condition.due == Condition.Due.AFTER_SIGNING and executed_at is not None:
        return executed_at.astimezone(UTC).date() + timedelta(days=condition.due_days or 0)
    return None


def in_decision(item: Item) -> list[Condition]:
    """The conditions with a due date of this item, as announced: `queries_conditions.of_decisions` of one item."""
    if item.state != ItemState.CONDITIONAL:
        return []
    dated = [one for one in item.conditions.all() if one.due != Condition.Due.NONE]
    return [one for one in dated if item.adopted is None or one.pk in item.adopted]


def last_report(condition: Condition) -> ConditionReport | None:
    """The report that counts: the newest one."""
    return max(condition.reports.all(), key=lambda one: (one.reported_at, one.pk), default=None)


def state_of(condition: Condition) -> str:
    """What was done about the condition last: to_report, reported, sent_back or accepted."""
    last = last_report(condition)
    return TO_REPORT if last is None else str(last.verdict) or REPORTED


def is_overdue(condition: Condition, executed_at: datetime | None, today: date) -> bool:
    """Whether the last day is over and the applicant's side has reported nothing that counts."""
    day = due_day(condition, executed_at)
    return day is not None and day < today and state_of(condition) in (TO_REPORT, SENT_BACK)

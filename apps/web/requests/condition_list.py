"""The conditions of an approval on the page of its request."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.rules_conditions import OVER
from apps.web.condition_rows import ReportForm, condition_rows


def conditions_of(
    found: AccessRequest, items: list[Item], today: date, *, own: bool, typed: Mapping[UUID, ReportForm] | None = None
) -> list[dict[str, Any]]:
    """Each dataset with its conditions, with a form where the applicant's side (`own`) has one to report."""
    signed = {item.pk: getattr(getattr(item, "agreement", None), "executed_at", None) for item in items}
    rows = condition_rows(items, executed=signed, today=today)
    can_report = own and found.state not in OVER
    for row in (row for of_item in rows.values() for row in of_item):
        if row["to_report"] and can_report:
            row["form"] = (typed or {}).get(row["condition"].pk) or ReportForm(condition=row["condition"].pk)
    return [{"item": item, "rows": rows[item.pk]} for item in items if item.pk in rows]

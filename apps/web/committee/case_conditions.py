"""What a case shows of the conditions that have a due date: what was reported, and the form to review it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from apps.web.condition_rows import ReviewForm, condition_rows


def add_conditions(
    entries: Sequence[dict[str, Any]], typed: Mapping[UUID, ReviewForm] | None = None, *, today: date
) -> None:
    """Give each entry of `items_of_case` its `reports`; a member of its committee can review what waits.

    `typed` are forms that were sent and not taken, by report.
    """
    signed = {entry["item"].pk: getattr(entry["agreement"], "executed_at", None) for entry in entries}
    rows = condition_rows([entry["item"] for entry in entries], executed=signed, today=today)
    for entry in entries:
        entry["reports"] = rows.get(entry["item"].pk, [])
        for row in entry["reports"]:
            report = row["waiting"]
            if report is not None and entry["is_member"]:
                row["form"] = (typed or {}).get(report.pk) or ReviewForm(report=report.pk)

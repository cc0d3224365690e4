"""The conditions of an approval in the API."""

from datetime import date
from typing import Any

from apps.access_requests.conditions import due_day, in_decision, is_overdue, state_of
from apps.access_requests.models import Item


def conditions_to_meet(item: Item, today: date) -> list[dict[str, Any]]:
    """Those with a due date. `item` is as announced; without a statement if conditions and reports are prefetched."""
    executed_at = getattr(getattr(item, "agreement", None), "executed_at", None)
    return [
        {
            "id": one.pk,
            "text": one.text,
            "due": one.due,
            "due_on": due_day(one, executed_at),
            "state": state_of(one),
            "overdue": is_overdue(one, executed_at, today),
        }
        for one in in_decision(item)
    ]

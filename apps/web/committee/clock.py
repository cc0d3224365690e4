"""The clock of a case, as the page of the case shows it."""

from typing import Any

from apps.access_requests.models import AccessRequest, Item, Round
from apps.access_requests.queries_clocks import ClockOnDay, clocks_of
from apps.access_requests.states import UNDER_REVIEW
from apps.committees.queries import chaired_by
from apps.people.models import Person
from apps.web.common.clock_rows import clock_shown


def clock_of_case(case: AccessRequest, items: list[Item], rounds: list[Round], me: Person) -> dict[str, Any]:
    """The clocks of the reader's committees in this case, the one that is due first before the others."""
    today = case.asked_at.date()  # type: ignore[attr-defined]
    found = clocks_of(case, items, today, rounds=rounds)
    names = {item.committee_id: item.committee for item in items}
    chairs = set(chaired_by(me).values_list("pk", flat=True)) if case.state in UNDER_REVIEW else set()
    rows = sorted(found.items(), key=lambda row: (row[1].due_on is None, row[1].due_on or today, row[0]))
    return {
        "clocks": [
            {**(clock_shown(one, today) or {}), "committee": names[pk], "can_change": pk in chairs and _open(one)}
            for pk, one in rows
        ]
    }


def _open(one: ClockOnDay) -> bool:
    return one.due_on is not None and not one.stopped and one.overdue == 0

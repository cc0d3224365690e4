"""Parts of a case in responses: the checklists of its committees, and the reports on conditions of its approvals."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from apps.access_requests.due_dates import state_of
from apps.access_requests.models import ConditionReport, Round, Verdict
from apps.access_requests.queries_checklists import checklist_in, newest_verdicts
from apps.access_requests.queries_conditions import listed
from apps.committees.models import Committee
from apps.people.models import Person

JsonObject = dict[str, Any]


def checklists(seen: Round, committees: Iterable[Committee], mine: Collection[UUID]) -> list[JsonObject]:
    """The criteria of the committees in `mine` with the newest verdict on each; one statement, none without any.

    A deputy gives no verdict and reads none.
    """
    found = {one.pk: one for one in committees if one.pk in mine and str(one.pk) in seen.checklists}
    given = newest_verdicts(seen, found)
    return [_checklist(seen, one, given.get(one.pk, {})) for one in found.values()]


def _checklist(seen: Round, committee: Committee, given: dict[int, Verdict]) -> JsonObject:
    kept = checklist_in(seen, committee.pk)
    rows = [
        {"number": number, "text": text, "verdict": _verdict(given[number]) if number in given else None}
        for number, text in enumerate(kept.criteria, start=1)
    ]
    return {"committee": committee.slug, "required": kept.required, "criteria": rows}


def _verdict(one: Verdict) -> JsonObject:
    return {"says": one.says, "reason": one.reason, "given_by": _person(one.given_by), "given_at": one.given_at}


def condition_reports(items: Collection[UUID]) -> list[JsonObject]:
    """The conditions with a due date of these decided items, each with its reports, the newest first."""
    return [
        {
            "id": one.pk,
            "item": item,
            "text": one.text,
            "state": state_of(one),
            "reports": [report(each) for each in one.reports.all()],
        }
        for item, conditions in (listed(items) if items else {}).items()
        for one in conditions
    ]


def report(one: ConditionReport) -> JsonObject:
    return {
        "id": one.pk,
        "note": one.message.text,
        "reported_by": _person(one.message.author),
        "reported_at": one.reported_at,
        "verdict": one.verdict or "waiting",
        "answer": one.answer,
        "reviewed_at": one.reviewed_at,
    }


def _person(one: Person) -> JsonObject:
    return {"code": one.code, "name": one.name}

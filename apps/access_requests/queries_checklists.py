"""The checklists of a round: their criteria, and the newest verdict on each."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from apps.access_requests.models import Round, Verdict
from apps.committees.checklists import Checklist
from apps.committees.models import Committee


def checklists_to_keep(committees: Iterable[Committee]) -> dict[str, Any]:
    """What a round that begins now keeps: the checklist of each committee that has one, by its id."""
    found = {str(one.pk): Checklist.read(one.checklist) for one in committees}
    return {pk: checklist.as_json() for pk, checklist in found.items() if checklist.criteria}


def checklist_in(seen: Round, committee_id: UUID) -> Checklist:
    """The checklist that the round keeps for the committee; without criteria if it keeps none."""
    return Checklist.read(seen.checklists.get(str(committee_id)))


def newest_verdicts(seen: Round, committees: Iterable[UUID]) -> dict[UUID, dict[int, Verdict]]:
    """The newest verdict on each criterion, by committee and number. One statement; none without a checklist."""
    asked = [pk for pk in committees if str(pk) in seen.checklists]
    if not asked:
        return {}
    given = Verdict.objects.filter(round=seen, committee__in=asked, superseded_by__isnull=True)
    newest: dict[UUID, dict[int, Verdict]] = {}
    for verdict in given.select_related("given_by"):
        newest.setdefault(verdict.committee_id, {})[verdict.number] = verdict
    return newest


def open_criteria(seen: Round, committee_id: UUID) -> list[int]:
    """The numbers of the criteria without a verdict that need one before anybody votes; none without such a list."""
    checklist = checklist_in(seen, committee_id)
    if not checklist.required:
        return []
    given = newest_verdicts(seen, [committee_id]).get(committee_id, {})
    return [number for number in range(1, len(checklist.criteria) + 1) if number not in given]

"""How much each member of a committee has to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.access_requests.queries import listed_decision
from apps.access_requests.queries_assignments import assigned_counts
from apps.access_requests.review_queue import undecided_before
from apps.access_requests.states import RequestState
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import memberships_of


@dataclass
class Workload:
    """What a member has to do in a committee now, in requests; `oldest` is when the oldest of these was submitted."""

    membership: CommitteeMember
    undecided: int = 0
    waiting: int = 0
    assigned: int = 0
    oldest: datetime | None = None

    def add(self, submitted: datetime | None, *, waits: bool) -> None:
        """One more undecided request, which waits for the member's vote or not."""
        self.undecided += 1
        self.waiting += waits
        if waits and submitted is not None and (self.oldest is None or submitted < self.oldest):
            self.oldest = submitted


def workload_of(committee: Committee) -> list[Workload]:
    """What each current member has to do, the chair first. Three statements, however many requests there are."""
    assigned = assigned_counts(committee)
    members = memberships_of(committee).select_related("person__institution")
    loads = {one.person_id: Workload(one, assigned=assigned.get(one.pk, 0)) for one in members}
    seen: dict[UUID, tuple[datetime | None, set[UUID], set[UUID]]] = {}
    items: Any = undecided_before(committee)
    for item in items:
        voters = {UUID(one["person"]) for one in item.voters}
        waits = _waits(item, voters) if item.request.state == RequestState.IN_REVIEW else set()
        request = seen.setdefault(item.request_id, (item.request.submitted_at, set(), set()))
        request[1].update(voters)
        request[2].update(waits)
    for submitted, voters, waits in seen.values():
        for person in voters & loads.keys():
            loads[person].add(submitted, waits=person in waits)
    return list(loads.values())


def _waits(item: Any, voters: set[UUID]) -> set[UUID]:
    """The voters who are to vote on the item now: all of them where the votes are divided."""
    if listed_decision(item).is_divided:
        return voters
    return voters - {UUID(str(one["voter"])) for one in item.votes_cast}

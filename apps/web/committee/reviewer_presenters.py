"""Who reviews a case: what its page shows of it, and what its history says."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from apps.access_requests.models import AccessRequest
from apps.access_requests.queries_assignments import ASSIGNABLE, reviewers_listed
from apps.access_requests.queries_outside import is_outside_for_item, outside_listed
from apps.access_requests.states import ItemState
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.people.models import Person

ABOUT_AN_OUTSIDE_REVIEWER = frozenset({Kind.OUTSIDE_REVIEWER_INVITED, Kind.OUTSIDE_REVIEWER_ENDED})
ABOUT_A_REVIEWER = ABOUT_AN_OUTSIDE_REVIEWER | {Kind.REVIEWER_ASSIGNED, Kind.REVIEWER_UNASSIGNED}
# The kinds of event of which the history of a case names the people whom they are about.
NAME_A_PERSON = ABOUT_A_REVIEWER | {Kind.VOTER_LEFT}
# What only the committees themselves read.
NOT_FROM_OUTSIDE = frozenset({Kind.VOTER_LEFT, Kind.MEMBER_RECUSED, Kind.NO_CONFLICT_DECLARED})


def reviewing(me: Person) -> dict[str, Any]:
    """What the page asks of each item as it is fetched: who reviews it, and whether the reader does from outside."""
    return {
        "reviewers": reviewers_listed(),
        "outside_listed": outside_listed(),
        "is_outside": is_outside_for_item(me),
    }


def notes_of(events: Iterable[Event], names: Mapping[UUID, str]) -> dict[int, str]:
    """The name of the reviewer of each event about one, by event."""
    about = [event for event in events if event.kind in ABOUT_A_REVIEWER]
    return {event.pk: ", ".join(names[pk] for pk in event.about if pk in names) for event in about}


def reviewers_of_case(case: AccessRequest, mine: Iterable[Mapping[str, Any]], me: Person) -> dict[str, Any]:
    """The assigned members of the reader's committees, and whether the reader can change that now.

    `mine` are the entries of the case that these committees decide; each item has `reviewers_listed`.
    """
    items = [entry["item"] for entry in mine if entry["is_member"]]
    if not items:
        return {"reviewers": None}
    undecided = [item for item in items if item.state == ItemState.OPEN and case.state in ASSIGNABLE]
    free = [item for item in undecided if str(me.pk) not in {one["person"] for one in item.reviewers}]
    return {
        "reviewers": {
            "names": sorted({one["name"] for item in items for one in item.reviewers}),
            "can_change": bool(undecided),
            "take": free[0].committee.slug if free else "",
        }
    }

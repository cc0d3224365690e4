"""Several requests that one committee member has chosen, to decide them together: what is equal, and what is not.

A number of statements that does not grow with the number of requests.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from apps.access_requests import fields
from apps.access_requests.equal_cases import MOST, Likeness, Why, equal_ones, likeness
from apps.access_requests.models import AccessRequest, Item, Round
from apps.access_requests.purposes import purpose_of, recipients, uses_by_dataset
from apps.access_requests.queries import concerns
from apps.access_requests.review_queue import with_items
from apps.access_requests.states import RequestState
from apps.committees.queries import committees_of
from apps.core import clock
from apps.datasets.diseases import ancestry_of
from apps.datasets.matching import Match, Purpose, match
from apps.people.models import Person
from apps.people.queries import people_by_id


@dataclass(frozen=True)
class EqualCase:
    """One request with its item for the dataset, the round that is voted on, and what is compared of it."""

    request: AccessRequest
    item: Item
    round: Round
    purpose: Purpose
    match: Match
    alike: Likeness


@dataclass(frozen=True)
class Together:
    """What can be decided together for `dataset` (None if nothing can), and why the others of the chosen cannot."""

    dataset: Any = None
    committee: Any = None
    equal: Sequence[EqualCase] = ()
    left_out: Sequence[tuple[AccessRequest, Why]] = ()
    other_datasets: Sequence[Any] = field(default_factory=tuple)


def together(person: Person, chosen: Collection[UUID], dataset: UUID | None = None) -> Together:
    """The chosen requests, at most MOST, that this member may know of, for that dataset or the one most of them want.

    A request that is not before a committee of this member, that concerns them, or from which they are recused is
    left out without a word. Nothing of a request is compared before the member declared that they have no conflict.
    """
    mine = list(committees_of(person).values_list("pk", flat=True))
    theirs = Item.objects.filter(request_id__in=list(chosen)[:MOST], committee_id__in=mine).exclude(concerns(person))
    found = AccessRequest.objects.filter(pk__in=theirs.values("request_id"), submitted_at__isnull=False)
    rows: list[Any] = list(with_items(found, person, mine).order_by("submitted_at", "pk"))
    left_out = [(row, Why.UNDECLARED) for row in rows if not row.declared]
    waiting = {row.pk: _waiting(row) for row in rows if row.declared}
    left_out += [(row, Why.NOT_WAITING) for row in rows if row.declared and not waiting[row.pk]]
    wanted = _wanted([item for items in waiting.values() for item in items], dataset)
    if not wanted:
        return Together(left_out=left_out)
    here = [(row, one) for row in rows for one in waiting.get(row.pk, ()) if _place(one) == _place(wanted[0])]
    known = {row.pk for row, _item in here}
    left_out += [(row, Why.OTHER_DATASET) for row in rows if waiting.get(row.pk) and row.pk not in known]
    cases = _compared(here)
    alike = equal_ones([(one.request.pk, one.alike) for one in cases])
    left_out += [
        (one.request, Why.DIFFERENT if one.alike.is_clear else Why.UNCLEAR)
        for one in cases
        if one.request.pk not in alike
    ]
    equal = [one for one in cases if one.request.pk in alike]
    others = [one.dataset for one in wanted[1:]]
    return Together(wanted[0].dataset, wanted[0].committee, equal, left_out, others)


def _waiting(row: Any) -> list[Any]:
    """The items of the request that wait for a first vote of the reader."""
    if row.state != RequestState.IN_REVIEW:
        return []
    return [item for item in row.for_committee if item.waits_for_me and not item.i_voted]


def _place(item: Item) -> tuple[UUID, UUID]:
    return item.committee_id, item.dataset_id


def _wanted(items: Sequence[Item], dataset: UUID | None) -> list[Item]:
    """One item for each dataset that waits: first of the dataset asked for, then of those that most requests want."""
    counted = Counter(_place(item) for item in items)
    first = {_place(item): item for item in reversed(items)}
    return sorted(first.values(), key=lambda one: (one.dataset_id != dataset, -counted[_place(one)], one.dataset.title))


def _compared(here: Sequence[tuple[AccessRequest, Any]]) -> list[EqualCase]:
    """Each request with its open round and its comparison with the use conditions of the one dataset, as of today."""
    rounds = {one.request_id: one for one in Round.objects.filter(request__in=[r.pk for r, _i in here], closed_at=None)}
    known = [(request, item, rounds[request.pk]) for request, item in here if request.pk in rounds]
    prefetch_related_objects([item for _request, item, _round in known], "conditions")
    uses = uses_by_dataset([item.dataset_id for _request, item, _round in known[:1]])
    conditions = next(iter(uses.values()), [])
    people = _people([one for _request, _item, one in known])
    purposes = {one.pk: purpose_of(one.snapshot.get(fields.RESEARCH_PURPOSE.name)) for _r, _i, one in known}
    ancestry = ancestry_of(_all_diseases(purposes.values()), conditions)
    today, cases = clock.today(), []
    for request, item, seen in known:
        item.request, purpose = request, purposes[seen.pk]
        who = recipients(
            people.get(UUID(pk), Person()) for pk in (seen.snapshot["applicant"], *seen.snapshot["members"])
        )
        found = match(conditions, purpose, ancestry, recipients=who, today=today)
        alike = likeness(seen.snapshot, item.committee_id, purpose, found)
        cases.append(EqualCase(request, item, seen, purpose, found, alike))
    return cases


def _all_diseases(purposes: Collection[Purpose]) -> Purpose:
    """One purpose with the diseases of all of these, to read what lies above them in one statement."""
    found = {disease for one in purposes for disease in one.diseases or ()}
    return replace(Purpose(), diseases=tuple(found))


def _people(rounds: Sequence[Round]) -> dict[UUID, Person]:
    ids = {UUID(pk) for one in rounds for pk in (one.snapshot["applicant"], *one.snapshot["members"])}
    return {one.pk: one for one in people_by_id(ids).select_related("institution")} if ids else {}

"""A request that revises a denied one, as its committee sees it: the earlier decision, and what changed since."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.access_requests import denials
from apps.access_requests.models import AccessRequest, Round
from apps.access_requests.named import named_members
from apps.access_requests.queries import before_committees_of
from apps.access_requests.states import ItemState
from apps.committees.queries import committees_of
from apps.datasets.queries import titles_of
from apps.people.models import Person
from apps.people.queries import people_by_id
from apps.web.request_rows import changes


def revised(case: AccessRequest, newest: Round, me: Person) -> dict[str, Any] | None:
    """The denied request that this one revises; None if there is none, or if it is not before this member."""
    if case.revises_id is None:
        return None
    earlier = before_committees_of(me).filter(pk=case.revises_id).first()
    last = earlier.rounds.order_by("-number").first() if earlier is not None else None
    if earlier is None or last is None:
        return None
    denied = earlier.items.filter(state=ItemState.DENIED, committee__in=committees_of(me)).select_related("dataset")
    rows = [{"item": item, "reasons": denials.labels(item.denial_codes or ())} for item in denied]
    said = (last.snapshot, newest.snapshot)
    compared = changes(*said, names=_names(*said), titles=titles_of(UUID(pk) for one in said for pk in one["datasets"]))
    return {"request": earlier, "denied": rows, "changes": compared}


def _names(*snapshots: Mapping[str, Any]) -> dict[UUID, str]:
    ids = {pk for one in snapshots for pk in named_members(one)}
    return {person.pk: str(person) for person in people_by_id(ids)}

"""What a committee decided before on the same dataset or for the same purpose."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from apps.access_requests import effect
from apps.access_requests.models import AccessRequest, Item, Round
from apps.access_requests.queries import concerns
from apps.access_requests.queries_conflicts import declared
from apps.access_requests.states import ItemState
from apps.core.actors import Viewer

MOST = 5
LOOKED_AT = 500  # the newest decisions of a committee among which precedents are sought
DECIDED = (ItemState.APPROVED, ItemState.CONDITIONAL, ItemState.DENIED)


def precedents(
    person: Viewer, request: AccessRequest, seen: Round, committees: Collection[UUID], datasets: Collection[UUID]
) -> QuerySet[Item]:
    """At most MOST decisions of these committees, those on the same datasets first, then the newest; one statement.

    `same_dataset` and `same_purpose` say why it is listed, `declared` whether the person may read it; the purpose of a
    case that they may not read is not compared. Nothing of a request that they are part of or recused from, nor a
    decision that can still be undone.
    """
    newest = Item.objects.filter(committee__in=committees, state__in=DECIDED).exclude(effect.pending())
    looked_at = newest.exclude(request=request).order_by("-decided_at").values("pk")[:LOOKED_AT]
    same_dataset, same_purpose = Q(dataset__in=datasets), _same_purpose(seen.snapshot) & Q(declared=True)
    known = Item.objects.filter(pk__in=looked_at).annotate(declared=declared(person, "request_id"))
    found = known.filter(same_dataset | same_purpose).exclude(concerns(person))
    annotated = found.annotate(same_dataset=_flag(same_dataset), same_purpose=_flag(same_purpose))
    rows = annotated.select_related("request", "dataset", "committee")
    return rows.order_by("-same_dataset", "-decided_at", "pk")[:MOST]


def _same_purpose(snapshot: dict[str, Any]) -> Q:
    """A condition on items: decided on a purpose of the same kind and, where diseases have ids, on one of these."""
    purpose = snapshot.get("research_purpose") or {}
    if not purpose.get("kind"):
        return Q(pk__in=[])
    ids = [one["id"] for one in purpose.get("diseases") or () if one["id"]]
    same_kind = Q(decided_in__snapshot__research_purpose__contains={"kind": purpose["kind"]})
    diseases = Q()
    for one in ids:
        diseases |= Q(decided_in__snapshot__research_purpose__contains={"diseases": [{"id": one}]})
    return same_kind & diseases if ids else same_kind


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())

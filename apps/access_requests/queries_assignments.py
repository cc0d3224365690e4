"""Who is assigned to review which request."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from apps.access_requests.models import Assignment, Item
from apps.access_requests.states import UNDER_REVIEW, ItemState, RequestState
from apps.committees.models import Committee

ASSIGNABLE = (*UNDER_REVIEW, RequestState.RETURNED)


def assigned_in(committees: Iterable[UUID]) -> QuerySet[Assignment]:
    """The assignments of these committees that apply, the first assigned member first."""
    found = Assignment.objects.counted().filter(membership__committee_id__in=list(committees))
    return found.select_related("membership__person__institution", "membership__committee")


def reviewers_listed() -> ArraySubquery:
    """Who is assigned to the request of an item for the item's committee, inside a query on items."""
    found = Assignment.objects.counted().filter(
        request=OuterRef("request_id"), membership__committee=OuterRef("committee_id")
    )
    return ArraySubquery(found.values(json=JSONObject(person="membership__person_id", name="membership__person__name")))


def assigned_to(people: Iterable[UUID | None], among: Iterable[UUID]) -> Q:
    """Requests to which one of these people is assigned in one of these committees."""
    return Q(Exists(_assigned(among).filter(membership__person_id__in=[pk for pk in people if pk])))


def assigned_to_nobody(among: Iterable[UUID]) -> Q:
    """Requests to which no member of these committees is assigned."""
    return ~Q(Exists(_assigned(among)))


def _assigned(among: Iterable[UUID]) -> QuerySet[Assignment]:
    return Assignment.objects.counted().filter(request=OuterRef("pk"), membership__committee_id__in=list(among))


def assigned_counts(committee: Committee) -> dict[UUID, int]:
    """How many undecided requests each member of the committee is assigned to, by membership."""
    undecided = Item.objects.filter(
        request=OuterRef("request_id"), committee=committee, state=ItemState.OPEN, request__state__in=ASSIGNABLE
    )
    found = Assignment.objects.counted().filter(Exists(undecided), membership__committee=committee)
    return dict(found.order_by().values_list("membership_id").annotate(n=Count("pk")))

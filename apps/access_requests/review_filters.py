"""Which requests of a review queue are due, and which have certain words: conditions for the page and the API."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.queries import concerns
from apps.access_requests.queries_conflicts import declared
from apps.access_requests.states import UNDER_REVIEW, ItemState, RequestState
from apps.core import clock
from apps.core.actors import Viewer

SEARCHED = ("reference", "applicant__name", "applicant__institution__name", "items__dataset__title")


def open_of(person: Viewer, among: Iterable[UUID]) -> QuerySet[AccessRequest]:
    """What these committees have to decide, also while it is with the applicant; nothing that concerns the person."""
    waiting = (*UNDER_REVIEW, RequestState.RETURNED)
    items = Item.objects.filter(committee__in=list(among), state=ItemState.OPEN, request__state__in=waiting)
    return AccessRequest.objects.filter(pk__in=items.exclude(concerns(person)).values("request_id"))


def containing(text: str, person: Viewer) -> Q:
    """Requests in which each of these words is in the reference, the applicant, their institution or a dataset, or in
    the title if the person may read it.
    """
    found = Q()
    for word in text.split():
        places = Q(declared(person, "pk"), title__icontains=word)
        for name in SEARCHED:
            places |= Q(**{f"{name}__icontains": word})
        found &= Q(pk__in=AccessRequest.objects.filter(places).values("pk"))
    return found


def items_inside(**wanted: Any) -> QuerySet[Item]:
    """The items of a request, inside a query on requests."""
    return Item.objects.filter(request=OuterRef("pk"), **wanted)


def overdue(among: Iterable[UUID]) -> Q:
    """Requests of which the due day of one of these committees that has not decided has passed."""
    return _waits(among, due_on__lt=clock.sql_today())


def due_within(among: Iterable[UUID], days: int) -> Q:
    """Requests that are due in so many calendar days, today and the last of them included."""
    last = ExpressionWrapper(clock.sql_today() + timedelta(days=days), output_field=DateField())
    return _waits(among, due_on__gte=clock.sql_today(), due_on__lte=last)


def without_date(among: Iterable[UUID]) -> Q:
    """Requests that have no due day in one of these committees."""
    return _waits(among, due_on=None)


def _waits(among: Iterable[UUID], **due: Any) -> Q:
    return Q(state__in=UNDER_REVIEW) & Q(Exists(items_inside(committee__in=list(among), state=ItemState.OPEN, **due)))

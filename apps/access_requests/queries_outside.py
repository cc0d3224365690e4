"""Which requests a person reads as an outside reviewer, and who does so for a committee."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from apps.access_requests.models import OutsideReviewer, Recommendation
from apps.core import roles
from apps.core.actors import Viewer


def outside_reviews_of(person: Viewer) -> QuerySet[OutsideReviewer]:
    """The requests that this person reads for a committee from outside it now, the first to end first."""
    mine = OutsideReviewer.objects.current().filter(person_id=roles.person_id(person))
    return mine.select_related("request__applicant", "committee").order_by("ends_at", "pk")


def reads_from_outside(person: Viewer, outer: str) -> Exists:
    """A condition: the person is an outside reviewer now of the request whose id is in column `outer`."""
    mine = OutsideReviewer.objects.current().filter(person_id=roles.person_id(person))
    return Exists(mine.filter(request=OuterRef(outer)))


def is_outside_for_item(person: Viewer) -> Exists:
    """Whether the person is an outside reviewer of the request for the item's committee, inside a query on items."""
    mine = OutsideReviewer.objects.current().filter(person_id=roles.person_id(person))
    return Exists(mine.filter(request=OuterRef("request_id"), committee=OuterRef("committee_id")))


def outside_listed() -> ArraySubquery:
    """Everybody who is or was an outside reviewer for the item's committee, inside a query on items."""
    found = OutsideReviewer.objects.filter(request=OuterRef("request_id"), committee=OuterRef("committee_id"))
    return ArraySubquery(found.values(json=JSONObject(id="pk", person="person_id", name="person__name")))


def recommendations_of(reviewers: Iterable[UUID]) -> QuerySet[Recommendation]:
    """What these reviewers recommended, the newest first."""
    found = Recommendation.objects.filter(reviewer_id__in=list(reviewers))
    return found.select_related("reviewer__person__institution", "reviewer__committee", "round")

"""One request, if this person may read it. Almost every page of a request begins with this: the sets are prepared."""

from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from apps.access_requests.models import AccessRequest, Round
from apps.access_requests.queries import before_committees_of, visible_to
from apps.core import clock
from apps.core.db import Prepared
from apps.people.models import Person


def _readable(person: UUID, pk: UUID) -> QuerySet[AccessRequest]:
    last = Round.objects.filter(request=OuterRef("pk")).order_by("-number").values("number")[:1]
    named = ("applicant__institution", "cohort__institution")
    rows = visible_to(Person(pk=person)).filter(pk=pk).select_related(*named)
    return rows.annotate(last_round=Subquery(last))


def _before_committee(person: UUID, pk: UUID) -> QuerySet[AccessRequest]:
    rows = before_committees_of(Person(pk=person)).filter(pk=pk).select_related("applicant__institution")
    return rows.annotate(asked_at=clock.sql_now())


_readable_now = Prepared(_readable, UUID, UUID)
_before_committee_now = Prepared(_before_committee, UUID, UUID)


def readable(person: Person, pk: UUID) -> AccessRequest | None:
    """The request of that id, if `visible_to` has it for this person, with `last_round`; otherwise None."""
    found: AccessRequest | None = _readable_now.first(person.pk, pk)
    return found


def is_readable(person: Person, pk: UUID) -> bool:
    """Whether `visible_to` has the request for this person."""
    return _readable_now.holds(person.pk, pk)


def before_committee(person: Person, pk: UUID) -> AccessRequest | None:
    """The request of that id, if `before_committees_of` has it for this person, with `asked_at`; otherwise None."""
    found: AccessRequest | None = _before_committee_now.first(person.pk, pk)
    return found

"""Conditions of decisions beside their agreements: which hold back a signature, when each is due, which are overdue."""

from datetime import UTC
from typing import Any

from django.db.models import Case, DateField, Exists, F, Func, OuterRef, Q, QuerySet, When
from django.db.models.functions import TruncDate

from apps.access_requests import queries, queries_conditions
from apps.access_requests.due_dates import HOLDS_SIGNING
from apps.access_requests.models import Condition, ConditionReport
from apps.access_requests.states import RequestState
from apps.agreements.models import Agreement
from apps.agreements.states import AgreementState
from apps.committees.queries import committees_of
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.datasets.models import Dataset

OVER = (RequestState.WITHDRAWN, RequestState.CLOSED)


def hold_signing(agreement: Agreement) -> QuerySet[Condition]:
    """The conditions that have to be met before this agreement is signed, and are not."""
    return queries_conditions.unmet().filter(item=agreement.item_id, due__in=HOLDS_SIGNING)


def with_due_day(found: QuerySet[Any]) -> QuerySet[Any]:
    """Each with `due_day`, as `due_dates.due_day` computes it, and `executed_at` of the agreement."""
    signed = TruncDate("item__agreement__executed_at", tzinfo=UTC)
    later = Func(signed, F("due_days"), template="(%(expressions)s)", arg_joiner=" + ", output_field=DateField())
    day = Case(
        When(due=Condition.Due.DATE, then=F("due_on")),
        When(due=Condition.Due.AFTER_SIGNING, then=later),
        output_field=DateField(),
    )
    dated: QuerySet[Any] = found.annotate(executed_at=F("item__agreement__executed_at"), due_day=day)
    return dated


def still_open(*, lasting: bool = False) -> QuerySet[Any]:
    """Conditions that are not met, of requests and agreements that are not over, with `due_day` and `is_reported`;
    with `lasting` also those without a due date.
    """
    waiting = ConditionReport.objects.filter(condition=OuterRef("pk"), verdict=ConditionReport.Verdict.WAITING)
    ended = Agreement.objects.filter(item=OuterRef("item_id"), state__in=AgreementState.ended())
    found = queries_conditions.unmet(lasting=lasting).exclude(item__request__state__in=OVER).filter(~Exists(ended))
    followed: QuerySet[Any] = with_due_day(found).annotate(is_reported=Exists(waiting))
    return followed


def overdue() -> Q:
    """The condition on `still_open` "the day is over, and nothing is reported"."""
    return Q(is_reported=False, due_day__lt=clock.sql_today())


def open_for(person: Viewer) -> QuerySet[Any]:
    """What this person follows: of their committees, where they have no conflict, and of datasets that they manage.
    Conditions without a due date are among it, because they apply as long as access lasts.
    """
    cases = queries.before_committees_of(person).exclude(pk__in=queries.of_person(person).values("pk"))
    as_member = Q(item__committee__in=committees_of(person).values("pk"), item__request__in=cases.values("pk"))
    managed = roles.role_exists(person, Dataset.MANAGERS, Dataset, outer="item__dataset_id")
    return still_open(lasting=True).filter(as_member | Q(managed))

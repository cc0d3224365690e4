"""Figures about the datasets that a person manages."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, IntegerField, OuterRef, QuerySet, Subquery

from apps.access_requests.queries import undecided_by_manager, undecided_for_datasets_managed_by
from apps.core.actors import Viewer
from apps.datasets.models import Dataset
from apps.datasets.queries import managed_by
from apps.grants.models import AccessGrant
from apps.people.queries import row_of


def active_grant_counts(datasets: Iterable[UUID]) -> dict[UUID, int]:
    """How many grants are active now on each of these datasets, by id; one without any is not in it."""
    rows = AccessGrant.objects.active().filter(dataset__in=list(datasets)).order_by()
    return dict(rows.values_list("dataset_id").annotate(n=Count("pk")))


def figures_of(person: Viewer) -> dict[str, int]:
    """How many datasets they manage, requests for these that await a decision, and people with active access; one
    statement.
    """
    managed = managed_by(person).values("pk")
    requests = undecided_by_manager(person)
    users = AccessGrant.objects.active().filter(dataset__in=managed)
    numbers = {
        "datasets": _number_of(managed_by(person)),
        "waiting": _number_of(requests),
        "users": _number_of(users, column="holder_id", distinct=True),
    }
    found = row_of(person).annotate(**numbers).values(*numbers).first()
    return dict(found or dict.fromkeys(numbers, 0))


def busiest_of(person: Viewer) -> QuerySet[Dataset]:
    """The datasets they manage with `waiting` (requests awaiting decision) and `users` (people with active access),
    those with most of both first.
    """
    waiting = undecided_for_datasets_managed_by(person).filter(dataset=OuterRef("pk"))
    users = AccessGrant.objects.active().filter(dataset=OuterRef("pk"))
    rows = managed_by(person).annotate(
        waiting=_number_of(waiting), users=_number_of(users, column="holder_id", distinct=True)
    )
    return rows.only("slug", "title").order_by("-waiting", "-users", "title", "pk")


def _number_of(rows: QuerySet[Any], *, column: str = "pk", distinct: bool = False) -> Subquery:
    template = "%(function)s(DISTINCT %(expressions)s)" if distinct else "%(function)s(%(expressions)s)"
    number = Func(F(column), function="COUNT", template=template, output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=number).values("number"))

"""Requests for the datasets that somebody manages, to read: the committee decides on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_safe

from apps.access_requests import queries as requests
from apps.access_requests.fields import Kind, of_kind
from apps.access_requests.models import AccessRequest, Item
from apps.datasets.models import Dataset
from apps.datasets.queries import managed_by
from apps.grants.access_state import AccessState, states_of_requests
from apps.people.commands.readings import record_export
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import Column, csv_response
from apps.web.common.decorators import writes
from apps.web.common.list_filters import Choice, DateRange, Option, Search, columns
from apps.web.common.lists import ListSpec, Sort, counted, list_page
from apps.web.common.state_presenters import shown
from apps.web.datasets.views import managed, tabs

LONG_TEXTS = [field.name for field in of_kind(Kind.TEXT)]


@dataclass(frozen=True)
class Row:
    """One request with its state and the datasets in it that the reader manages."""

    request: AccessRequest
    state: AccessState
    shown: dict[str, Any]
    datasets: list[Dataset]


def undecided(person: Person, dataset: Dataset | None = None) -> QuerySet[AccessRequest]:
    """Requests of which a dataset that this person manages (or this one) awaits a decision."""
    items = requests.undecided_for_datasets_managed_by(person).filter(request=OuterRef("pk"))
    if dataset is not None:
        items = items.filter(dataset=dataset)
    return requests.for_datasets_managed_by(person).filter(Exists(items))


def spec(person: Person, dataset: Dataset | None) -> ListSpec:
    """The list of requests for one dataset, or for all that this person manages."""
    waiting = undecided(person, dataset)
    awaiting = Q(pk__in=waiting.values("pk"))
    shows = [
        Option("waiting", _lazy("Awaiting decision"), awaiting, counted(waiting)),
        Option("decided", _lazy("Decided or closed"), ~awaiting),
        Option("all", _lazy("All")),
    ]
    return ListSpec(
        noun=ngettext_lazy("%(total)s request", "%(total)s requests", "n"),
        sorts=(
            Sort("newest", _lazy("Newest first"), "-submitted_at -pk"),
            Sort("oldest", _lazy("Oldest first"), "submitted_at pk"),
        ),
        filters=(
            Choice("show", _lazy("Requests"), shows, tabs=True),
            Search(
                _lazy("Project, applicant or reference"),
                columns("title", "reference", "applicant__name", "applicant__institution__name"),
            ),
            DateRange("submitted", _lazy("Submitted"), "submitted_at"),
        ),
    )


@writes
@require_safe
@signed_in
def owner_requests(request: AuthenticatedRequest) -> HttpResponseBase:
    """Requests for any dataset that the reader manages."""
    return _page(request, None)


@writes
@require_safe
@signed_in
def dataset_requests(request: AuthenticatedRequest, slug: str) -> HttpResponseBase:
    """Requests for one dataset."""
    return _page(request, managed(request, slug))


def _page(request: AuthenticatedRequest, dataset: Dataset | None) -> HttpResponseBase:
    person = request.actor
    page = list_page(request, spec(person, dataset), _found(person, dataset))
    if page.is_export:
        record_export("dataset-requests", rows=page.total, by=person)
        name = f"requests-{dataset.slug}" if dataset is not None else "requests-for-my-datasets"
        return csv_response(name, COLUMNS, page.matching, present=partial(rows_of, person))
    found = {"list": page, "rows": rows_of(person, page.rows), "dataset": dataset}
    if dataset is not None:
        found["tabs"] = tabs(dataset, "requests")
    return render(request, "datasets/requests.html", found)


def _found(person: Person, dataset: Dataset | None) -> QuerySet[AccessRequest]:
    found = requests.for_datasets_managed_by(person).select_related("applicant__institution").defer(*LONG_TEXTS)
    if dataset is not None:
        found = found.filter(Exists(Item.objects.filter(request=OuterRef("pk"), dataset=dataset)))
    return found


def rows_of(person: Person, part: Iterable[AccessRequest]) -> list[Row]:
    """The rows of these requests; the number of statements does not depend on how many."""
    keys = [one.pk for one in part]
    mine = Item.objects.filter(dataset__in=managed_by(person).order_by().values("pk")).select_related("dataset")
    fetched = _found(person, None).filter(pk__in=keys).prefetch_related(Prefetch("items", mine, to_attr="managed"))
    by_key: dict[Any, Any] = {one.pk: one for one in fetched}
    states = states_of_requests(person, by_key.values())
    return [
        Row(by_key[key], states[key], shown(states[key]), [item.dataset for item in by_key[key].managed])
        for key in keys
    ]


COLUMNS: list[Column] = [
    (_lazy("Request"), lambda row: row.request.reference),
    (_lazy("Project"), lambda row: row.request.title),
    (_lazy("Applicant"), lambda row: row.request.applicant.name),
    (_lazy("Institution"), lambda row: str(row.request.applicant.institution or "")),
    (_lazy("Datasets"), lambda row: [one.title for one in row.datasets]),
    (_lazy("Status"), lambda row: row.shown["badge"]),
    (_lazy("Submitted"), lambda row: row.request.submitted_at),
    (_lazy("Decision expected by"), lambda row: row.state.due),
]

"""My requests: the list with its tabs and filters, and its CSV file."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Lower
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_safe

from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Item
from apps.core.db import Prepared
from apps.grants import waiting
from apps.grants.access_state import AccessState, State, Turn, states_of_requests
from apps.people.models import Person
from apps.people.queries import row_of
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import Column, csv_response
from apps.web.common.list_filters import Choice, DateRange, Option, Search, Where
from apps.web.common.lists import ListSpec, Sort, counts, list_page
from apps.web.common.state_presenters import shown

STEPS = (_lazy("Draft"), _lazy("Submitted"), _lazy("Review"), _lazy("Agreement"), _lazy("Access"))
LAST_CHANGE = Greatest("changed_at", "submitted_at", "decided_at", "ended_at")


@dataclass(frozen=True)
class Row:
    """One request with its state. `turn` is in words: "You", or the names of those it is waiting for."""

    request: AccessRequest
    state: AccessState
    shown: dict[str, Any]
    step: str
    turn: str
    yours: bool
    titles: list[str]

    @property
    def more_titles(self) -> int:
        """How many datasets the list leaves out: it shows two."""
        return max(0, len(self.titles) - 2)


@require_safe
@signed_in
def my_requests(request: AuthenticatedRequest) -> HttpResponseBase:
    """Every request in which the person is applicant or named; what waits for them comes first."""
    person = request.actor
    page = list_page(request, spec(person), found(person))
    if page.is_export:
        return csv_response("my-requests", COLUMNS, page.matching, present=partial(rows_of, person))
    return render(request, "requests/requests.html", {"list": page, "rows": rows_of(person, page.rows)})


def _tabs(person: Person) -> dict[str, QuerySet[AccessRequest]]:
    return {
        "open": waiting.requests_under_way(person),
        "access": waiting.requests_with_access(person),
        "closed": waiting.requests_closed(person),
    }


_numbers = Prepared(lambda pk: counts(row_of(Person(pk=pk)), _tabs(Person(pk=pk))), UUID)


def spec(person: Person) -> ListSpec:
    """The list of this person's requests; tabs with counts."""
    names = {"open": _lazy("Not closed"), "access": _lazy("With access"), "closed": _lazy("Closed")}
    numbers = _numbers.first(person.pk)
    mine = Q(pk__in=waiting.requests_waiting_for(person).values("pk"))
    return ListSpec(
        noun=ngettext_lazy("%(total)s request", "%(total)s requests", "n"),
        sorts=(
            Sort("turn", _lazy("Waiting for you first, then by last change"), "-waits -last_change -pk"),
            Sort("changed", _lazy("Last change"), "-last_change -pk"),
            Sort("title", _lazy("Project"), "lower_title pk", {"lower_title": Lower("title")}),
        ),
        filters=(
            Choice("tab", _lazy("Status"), tabs=True, options=[
                Option(value, names[value], Q(pk__in=found.values("pk")), count=numbers[value])
                for value, found in _tabs(person).items()
            ]),
            Search(_lazy("Project, reference or dataset"), _words),
            Choice("turn", _lazy("Waiting for"), any_label=_lazy("Anyone"), options=[
                Option("you", _lazy("You"), mine), Option("others", _lazy("Others"), ~mine),
            ]),
            DateRange("submitted", _lazy("Submitted"), "submitted_at"),
        ),
    )  # fmt: skip


def _words(word: str) -> Where:
    inside = Item.objects.filter(request=OuterRef("pk"), dataset__title__icontains=word)
    return Q(title__icontains=word) | Q(reference__icontains=word) | Q(Exists(inside))


def found(person: Person) -> QuerySet[AccessRequest]:
    """Every request of which the person is part, as the list sorts it."""
    mine = waiting.requests_waiting_for(person)
    waits = Case(When(pk__in=mine.values("pk"), then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = requests.of_person(person).defer("purpose", "public_summary")
    return rows.select_related("applicant").annotate(waits=waits, last_change=LAST_CHANGE)


def rows_of(person: Person, part: Iterable[AccessRequest]) -> list[Row]:
    """The rows of these requests; the number of statements does not depend on how many."""
    part = list(part)
    states = states_of_requests(person, part)
    titles: dict[Any, list[str]] = {}
    inside = Item.objects.filter(request__in=part).order_by("dataset__title")
    for request, title in inside.values_list("request_id", "dataset__title"):
        titles.setdefault(request, []).append(title)
    return [row(one, states[one.pk], titles.get(one.pk, [])) for one in part]


def row(request: AccessRequest, state: AccessState, titles: list[str]) -> Row:
    """One request with its state and the titles of its datasets."""
    yours = state.turn == Turn.YOU
    return Row(
        request=request,
        state=state,
        shown=shown(state),
        step=_("%(number)s of 5, %(step)s") % {"number": state.step + 1, "step": STEPS[state.step]},
        turn=_("You") if yours else ", ".join(state.waiting_for) if state.turn == Turn.OTHERS else "",
        yours=yours,
        titles=titles,
    )


COLUMNS: list[Column] = [
    (_lazy("Reference"), lambda row: row.request.reference),
    (_lazy("Project"), lambda row: row.request.title),
    (_lazy("Applicant"), lambda row: row.request.applicant.name),
    (_lazy("Datasets"), lambda row: row.titles),
    (_lazy("Status"), lambda row: row.shown["badge"]),
    (_lazy("Step"), lambda row: row.step),
    (_lazy("Waiting for"), lambda row: row.turn),
    (_lazy("Created"), lambda row: row.request.created_at),
    (_lazy("Submitted"), lambda row: row.request.submitted_at),
    (_lazy("Decision"), lambda row: row.request.decided_at),
    (_lazy("Last day of access"), lambda row: row.state.last_day if row.state.state == State.ACTIVE else None),
    (_lazy("Last change"), lambda row: row.request.last_change),
]

"""Agreements: the list of those a person signs as applicant, project member or dataset owner, and its CSV file."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_safe

from apps.agreements import queries
from apps.agreements.models import Agreement
from apps.agreements.states import AgreementState
from apps.grants import waiting
from apps.grants.access_state import AccessState, Turn, states_of_requests
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import Column, csv_response
from apps.web.common.list_filters import Choice, DateRange, Option, Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.common.state_presenters import shown

LONG_TEXTS = ("text", "item__dataset__description", "item__request__purpose")


@dataclass(frozen=True)
class Row:
    """One agreement with the state of the access it gives; without a state for a person who is no party any more."""

    agreement: Agreement
    shown: dict[str, Any] | None
    yours: bool

    @property
    def status(self) -> str:
        return str(self.shown["badge"] if self.shown else self.agreement.get_state_display())


def spec(person: Person) -> ListSpec:
    """The list of the agreements of this person."""
    mine, open_ones = _waiting(person), waiting.agreement_is_open()
    signed = Q(state=AgreementState.EXECUTED)
    party = Q(pk__in=queries.of_person(person).values("pk"))
    return ListSpec(
        noun=ngettext_lazy("%(total)s agreement", "%(total)s agreements", "n"),
        sorts=(
            Sort("turn", _lazy("Waiting for you first, then newest"), "-waits -offered_at -pk"),
            Sort("newest", _lazy("Newest first"), "-offered_at -pk"),
            Sort("dataset", _lazy("Dataset"), "title pk", {"title": Lower("item__dataset__title")}),
        ),
        filters=(
            Search(_lazy("Dataset, project, person or reference"), columns(
                "item__dataset__title", "item__request__title", "reference", "item__request__reference",
                "item__request__applicant__name",
            )),
            Choice("show", _lazy("Status"), any_label=_lazy("All"), options=[
                Option("you", _lazy("Waiting for you"), mine),
                Option("open", _lazy("Awaiting signatures"), open_ones),
                Option("signed", _lazy("Fully signed"), signed),
                Option("over", _lazy("Terminated or expired"), ~open_ones & ~signed),
            ]),
            Choice("as", _lazy("You sign as"), any_label=_lazy("Any"), options=[
                Option("party", _lazy("Applicant or project member"), party),
                Option("owner", _lazy("Dataset owner"), ~party),
            ]),
            DateRange("end", _lazy("Last day"), "ends_on", days=True),
        ),
    )  # fmt: skip


def _waiting(person: Person) -> Q:
    to_sign, to_countersign = waiting.agreements_waiting_for(person), waiting.agreements_to_countersign(person)
    return Q(pk__in=to_sign.values("pk")) | Q(pk__in=to_countersign.values("pk"))


@require_safe
@signed_in
def my_agreements(request: AuthenticatedRequest) -> HttpResponseBase:
    """Every agreement the person signs or countersigns; what waits for their signature comes first."""
    person = request.actor
    page = list_page(request, spec(person), found(person))
    if page.is_export:
        return csv_response("agreements", COLUMNS, page.matching, present=partial(rows_of, person))
    return render(request, "agreements/agreements.html", {"list": page, "rows": rows_of(person, page.rows)})


def found(person: Person) -> QuerySet[Agreement]:
    """Every agreement that concerns the person, as the list sorts it."""
    waits = Case(When(_waiting(person), then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = queries.concerning(person).select_related("item__dataset", "item__request__applicant")
    return rows.defer(*LONG_TEXTS).annotate(waits=waits)


def rows_of(person: Person, part: Iterable[Agreement]) -> list[Row]:
    """The rows of these agreements; the number of statements does not depend on how many."""
    part = list(part)
    states = states_of_requests(person, [one.item.request for one in part])
    return [_row(one, _state(states[one.item.request_id], one)) for one in part]


def _state(state: AccessState, agreement: Agreement) -> AccessState | None:
    """The state of the one dataset of a request that this agreement is about."""
    every = (state, *state.also)
    return next((one for one in every if one.agreement is not None and one.agreement.pk == agreement.pk), None)


def _row(agreement: Agreement, state: AccessState | None) -> Row:
    signing = state is not None and state.turn == Turn.YOU and state.grant is None
    return Row(agreement, shown(state) if state is not None else None, signing)


COLUMNS: list[Column] = [
    (_lazy("Reference"), lambda row: row.agreement.reference),
    (_lazy("Dataset"), lambda row: row.agreement.item.dataset.title),
    (_lazy("Request"), lambda row: row.agreement.item.request.reference),
    (_lazy("Project"), lambda row: row.agreement.item.request.title),
    (_lazy("Applicant"), lambda row: row.agreement.item.request.applicant.name),
    (_lazy("Status"), lambda row: row.status),
    (_lazy("First day"), lambda row: row.agreement.starts_on),
    (_lazy("Last day"), lambda row: row.agreement.ends_on),
    (_lazy("Ready to sign since"), lambda row: row.agreement.offered_at),
    (_lazy("Fully signed"), lambda row: row.agreement.executed_at),
    (_lazy("Terminated"), lambda row: row.agreement.ended_at),
]

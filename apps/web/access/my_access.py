"""My access: the list of what a person has or had, its filters and its CSV file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db.models import BigIntegerField, BooleanField, Case, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Extract, Lower
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_safe

from apps.audit.kinds import Kind
from apps.audit.queries import latest
from apps.datasets.queries import sizes_of_current
from apps.grants import waiting
from apps.grants.access_state import AccessState, Turn, states_of_grants
from apps.grants.models import AccessGrant
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import Column, csv_response
from apps.web.common.list_filters import Choice, DateRange, Option, Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.common.state_presenters import shown

LATER = 10**11  # seconds, more than any date has
DOWNLOAD = str(Kind.DOWNLOAD_STARTED)
LONG_TEXTS = (
    "dataset__description", "agreement__text", "agreement__item__request__purpose",
    "agreement__item__request__public_summary",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One access with its state, its files and the last download; times are None if there was none."""

    grant: AccessGrant
    state: AccessState
    shown: dict[str, Any]
    files: int
    size: int
    downloaded_at: datetime | None

    @property
    def yours(self) -> bool:
        return self.state.turn == Turn.YOU


def spec(person: Person) -> ListSpec:
    """The list of this person's access."""
    mine = Q(pk__in=waiting.access_waiting_for(person).order_by().values("pk"))
    over, suspended = ~waiting.access_not_over(), waiting.access_suspended()
    return ListSpec(
        noun=ngettext_lazy("%(total)s access grant", "%(total)s access grants", "n"),
        sorts=(
            Sort("turn", _lazy("Action needed first, then by end date"), "place pk", {"place": _place(mine, over)}),
            Sort("end", _lazy("End date"), "-ends_at -pk"),
            Sort("dataset", _lazy("Dataset"), "title pk", {"title": Lower("dataset__title")}),
        ),
        filters=(
            Search(_lazy("Dataset, project or reference"), columns(
                "dataset__title", "agreement__reference", "agreement__item__request__title",
                "agreement__item__request__reference",
            )),
            Choice("show", _lazy("Status"), any_label=_lazy("All"), options=[
                Option("you", _lazy("Waiting for you"), mine),
                Option("current", _lazy("Active or starting later"), ~over & ~suspended),
                Option("suspended", _lazy("Suspended"), suspended),
                Option("over", _lazy("Ended or revoked"), over),
            ]),
            DateRange("end", _lazy("End date"), "ends_at"),
        ),
    )  # fmt: skip


def _place(mine: Q, over: Q) -> Case:
    """Seconds to sort by: what waits for the person, then what ends first, then what is over, the last one first."""
    ended = Coalesce("revoked_at", "agreement__ended_at", "ends_at")
    return Case(
        When(mine, then=_seconds("ends_at")),
        When(over, then=Value(3 * LATER) - _seconds(ended)),
        default=Value(LATER) + _seconds("ends_at"),
        output_field=BigIntegerField(),
    )


def _seconds(moment: Any) -> Cast:
    return Cast(Extract(moment, "epoch"), BigIntegerField())


@require_safe
@signed_in
def my_access(request: AuthenticatedRequest) -> HttpResponseBase:
    """Every access the person has or had; what they can resume or should renew comes first."""
    person = request.actor
    page = list_page(request, spec(person), found(person))
    if page.is_export:
        return csv_response("my-access", COLUMNS, page.matching, present=partial(rows_of, person))
    return render(request, "access/grants.html", {"list": page, "rows": rows_of(person, page.rows)})


def found(person: Person) -> QuerySet[AccessGrant]:
    """Every access the person has or had, each with whether it waits for them."""
    mine = Q(pk__in=waiting.access_waiting_for(person).order_by().values("pk"))
    waits = Case(When(mine, then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = waiting.held_by(person).select_related("dataset", "agreement__item__request").defer(*LONG_TEXTS)
    return rows.annotate(waits=waits)


def rows_of(person: Person, part: Iterable[AccessGrant]) -> list[Row]:
    """The rows of these grants; the number of statements does not depend on how many."""
    part = list(part)
    states = states_of_grants(person, part)
    sizes = sizes_of_current([one.dataset for one in part])
    last = latest(DOWNLOAD, [one.pk for one in part], actor_id=person.pk)
    return [
        Row(one, states[one.pk], shown(states[one.pk]), *sizes.get(one.dataset_id, (0, 0)), last.get(one.pk))
        for one in part
    ]


COLUMNS: list[Column] = [
    (_lazy("Dataset"), lambda row: row.grant.dataset.title),
    (_lazy("Project"), lambda row: row.grant.agreement.item.request.title),
    (_lazy("Request"), lambda row: row.grant.agreement.item.request.reference),
    (_lazy("Agreement"), lambda row: row.grant.agreement.reference),
    (_lazy("Status"), lambda row: row.shown["badge"]),
    (_lazy("First day"), lambda row: row.grant.starts_at.astimezone(UTC).date()),
    (_lazy("Last day"), lambda row: row.grant.last_day),
    (_lazy("Revoked"), lambda row: row.grant.revoked_at),
    (_lazy("Files"), lambda row: row.files),
    (_lazy("Bytes"), lambda row: row.size),
    (_lazy("Last download"), lambda row: row.downloaded_at),
]

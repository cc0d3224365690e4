"""Who uses a dataset: one row for each person and project."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_safe

from apps.agreements.queries import to_countersign
from apps.audit.kinds import Kind
from apps.audit.queries import by_month, latest
from apps.core import clock
from apps.datasets.models import Dataset
from apps.downloads.queries import Use, ever_used, use_of
from apps.grants import waiting
from apps.grants.access_state import AccessState, states_of_grants
from apps.grants.models import AccessGrant
from apps.grants.queries import on_datasets_managed_by, suspended_now
from apps.people.commands.readings import record_export
from apps.people.models import Institution, Person
from apps.web.committee.presenters import months_before, several_months
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import Column, csv_response
from apps.web.common.decorators import writes
from apps.web.common.list_filters import Choice, DateRange, Option, Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.common.state_presenters import shown
from apps.web.datasets.views import managed, tabs

DOWNLOAD = str(Kind.DOWNLOAD_STARTED)
MONTHS = 12
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Row:
    """One access of one person in one project, with its state and what was downloaded on it."""

    grant: AccessGrant
    state: AccessState
    shown: dict[str, Any]
    use: Use
    downloaded_at: datetime | None
    is_current: bool
    is_paused: bool

    @property
    def is_suspended(self) -> bool:
        """Whether a person suspended it, so that it can be resumed."""
        return self.is_current and self.is_paused


def ends_soon() -> Q:
    """A condition on grants: not over, and over within 30 days."""
    return waiting.access_not_over() & Q(ends_at__lte=clock.now() + SOON)


def views_of(grants: QuerySet[AccessGrant]) -> list[Option]:
    """The tabs of a list of users with their numbers; one statement."""
    current, active = waiting.access_not_over(), waiting.access_active()
    conditions = {
        "active": (_lazy("Active"), active),
        "later": (_lazy("Starts later"), waiting.access_scheduled()),
        "soon": (_lazy("Ends within 30 days"), ends_soon()),
        "suspended": (_lazy("Suspended"), waiting.access_suspended()),
        "never": (_lazy("Never downloaded"), active & ~Q(ever_used())),
        "over": (_lazy("Ended or revoked"), ~current),
    }
    counts = grants.order_by().aggregate(
        **{name: Count("pk", filter=where) for name, (_label, where) in conditions.items()}
    )
    return [Option(name, label, where, counts[name]) for name, (label, where) in conditions.items()]


def spec(grants: QuerySet[AccessGrant]) -> ListSpec:
    """The list of users among these grants."""
    places = Institution.objects.filter(people__grants__in=grants.order_by().values("pk")).distinct().order_by("name")
    institutions = [Option(str(one.pk), one.name, Q(holder__institution=one)) for one in places[:100]]
    return ListSpec(
        noun=ngettext_lazy("%(total)s user", "%(total)s users", "n"),
        sorts=(
            Sort("newest", _lazy("Newest access first"), "-issued_at -pk"),
            Sort("end", _lazy("Earliest end first"), "ends_at pk"),
            Sort("name", _lazy("Name"), "name pk", {"name": Lower("holder__name")}),
        ),
        filters=(
            Choice("show", _lazy("Users"), views_of(grants), tabs=True),
            Search(_lazy("Name, project or reference"), columns(
                "holder__name", "holder__institution__name", "agreement__reference",
                "agreement__item__request__title", "agreement__item__request__reference",
            )),
            Choice("institution", _lazy("Institution"), institutions, any_label=_lazy("Any institution")),
            DateRange("end", _lazy("Access ends"), "ends_at"),
        ),
    )  # fmt: skip


@writes
@require_safe
@signed_in
def uses(request: AuthenticatedRequest, slug: str) -> HttpResponseBase:
    """The users of one dataset: one row a person and project."""
    dataset = managed(request, slug)
    grants = on_datasets_managed_by(request.actor).filter(dataset=dataset)
    page = list_page(request, spec(grants), grants)
    if page.is_export:
        record_export("users", rows=page.total, by=request.actor)
        present = partial(rows_of, request.actor)
        return csv_response(f"users-{dataset.slug}", COLUMNS, page.matching, present=present)
    context = {
        "dataset": dataset,
        "tabs": tabs(dataset, "users"),
        "list": page,
        "rows": rows_of(request.actor, page.rows),
        "to_countersign": to_countersign(request.actor).filter(item__dataset=dataset).order_by("offered_at"),
    }
    return render(request, "datasets/users.html", context | _months(dataset))


def _months(dataset: Dataset) -> dict[str, Any]:
    since = months_before(clock.now(), MONTHS - 1)
    months = several_months(dict(by_month(DOWNLOAD, dataset.pk, since=since)), since, MONTHS)
    most = max([month["value"] for month in months] + [1])
    return {"months": months, "any_download": any(month["value"] for month in months), "most": most}


def rows_of(reader: Person, part: Iterable[AccessGrant]) -> list[Row]:
    """The rows of these grants; the number of statements does not depend on how many."""
    part = list(part)
    keys = [one.pk for one in part]
    states, used, last = states_of_grants(reader, part), use_of(keys), latest(DOWNLOAD, keys)
    current = set(AccessGrant.objects.filter(waiting.access_not_over(), pk__in=keys).values_list("pk", flat=True))
    paused = set(AccessGrant.objects.filter(suspended_now(), pk__in=keys).values_list("pk", flat=True))
    return [
        Row(
            grant=one, state=states[one.pk], shown=shown(states[one.pk]), use=used.get(one.pk, Use()),
            downloaded_at=last.get(one.pk), is_current=one.pk in current, is_paused=one.pk in paused,
        )
        for one in part
    ]  # fmt: skip


COLUMNS: list[Column] = [
    (_lazy("User"), lambda row: row.grant.holder.name),
    (_lazy("Institution"), lambda row: str(row.grant.holder.institution or "")),
    (_lazy("Dataset"), lambda row: row.grant.dataset.title),
    (_lazy("Project"), lambda row: row.grant.agreement.item.request.title),
    (_lazy("Request"), lambda row: row.grant.agreement.item.request.reference),
    (_lazy("Agreement"), lambda row: row.grant.agreement.reference),
    (_lazy("Status"), lambda row: row.shown["badge"]),
    (_lazy("First day"), lambda row: row.grant.starts_at.astimezone(UTC).date()),
    (_lazy("Last day"), lambda row: row.grant.last_day),
    (_lazy("Revoked"), lambda row: row.grant.revoked_at),
    (_lazy("Last download"), lambda row: row.downloaded_at),
    (_lazy("Downloads"), lambda row: row.use.downloads),
    (_lazy("Files"), lambda row: row.use.files),
    (_lazy("Bytes"), lambda row: row.use.size),
]

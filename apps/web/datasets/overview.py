"""My datasets: what waits for the owner, five numbers, and every dataset with its users and requests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_safe

from apps.access_requests.queries import undecided_by_manager, undecided_for_datasets_managed_by
from apps.audit.queries import counted as events_counted
from apps.core import clock
from apps.datasets.models import CommitteeProposal, Dataset
from apps.datasets.queries import last_proposals, managed_by, overview_of
from apps.datasets.states import VersionState
from apps.grants.models import AccessGrant
from apps.grants.waiting import agreements_to_countersign
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import Column, csv_response
from apps.web.common.list_filters import Choice, Option, Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.datasets.requests import rows_of as request_rows
from apps.web.datasets.users import DOWNLOAD, ends_soon

RECENT = timedelta(days=30)
SHOWN = 6  # rows of a section on the first page


@dataclass(frozen=True)
class Figures:
    """The numbers of one dataset."""

    waiting: int = 0
    users: int = 0
    ending: int = 0
    downloads: int = 0


@dataclass(frozen=True)
class Row:
    """One dataset with its numbers."""

    dataset: Any
    figures: Figures

    @property
    def version_label(self) -> str:
        """The state of its newest version in words."""
        state = self.dataset.version_state
        return str(VersionState(state).label) if state else ""


LEVELS = [Option(level, said, Q(access=level)) for level, said in Dataset.Access.choices]
SPEC = ListSpec(
    noun=ngettext_lazy("%(total)s dataset", "%(total)s datasets", "n"),
    sorts=(
        Sort("title", _lazy("Title"), "name pk", {"name": Lower("title")}),
        Sort("newest", _lazy("Newest first"), "-created_at -pk"),
    ),
    filters=(
        Search(_lazy("Title, short name or committee"), columns("title", "slug", "committee__name")),
        Choice("access", _lazy("Access"), LEVELS),
        Choice("version", _lazy("Version"), [
            Option("draft", _lazy("With a draft"), Q(version_state=VersionState.DRAFT)),
            Option("published", _lazy("Published"), Q(published_number__isnull=False)),
            Option("unpublished", _lazy("Never published"), Q(published_number__isnull=True)),
        ]),
    ),
)  # fmt: skip


@require_safe
@signed_in
def home(request: AuthenticatedRequest) -> HttpResponseBase:
    """What waits for the owner first; then the numbers, the datasets and the requests for them."""
    person = request.actor
    page = list_page(request, SPEC, overview_of(person))
    if page.is_export:
        return csv_response("my-datasets", COLUMNS, page.matching, present=partial(rows_of, person))
    rows = rows_of(person, page.rows)
    waiting = undecided_by_manager(person).order_by("-submitted_at", "-pk")
    found = {
        "list": page,
        "rows": rows,
        "tasks": tasks_of(person),
        "drafts": drafts_of(person),
        "totals": totals_of(person),
        "requests": request_rows(person, waiting[:SHOWN]),
        "cannot_draft": person.institution_id is None,
    }
    return render(request, "datasets/my_datasets.html", found)


def rows_of(person: Person, part: Iterable[Any]) -> list[Row]:
    """The rows of these datasets; the number of statements does not depend on how many."""
    datasets = list(part)
    figures = figures_of(person, [one.pk for one in datasets])
    return [Row(one, figures.get(one.pk, Figures())) for one in datasets]


def figures_of(person: Person, datasets: list[UUID]) -> dict[UUID, Figures]:
    """Requests awaiting decision, active users, users whose access ends in 30 days, downloads in 30 days."""
    waiting = undecided_for_datasets_managed_by(person).filter(dataset__in=datasets)
    users = AccessGrant.objects.active().filter(dataset__in=datasets)
    waits, active, ending = (
        _by_dataset(waiting, "pk"),
        _by_dataset(users, "holder"),
        _by_dataset(_ending(datasets), "holder"),
    )
    downloads = events_counted(DOWNLOAD, datasets, since=clock.now() - RECENT)
    return {
        pk: Figures(waits.get(pk, 0), active.get(pk, 0), ending.get(pk, 0), downloads.get(pk, 0)) for pk in datasets
    }


def _ending(datasets: Any) -> QuerySet[AccessGrant]:
    return AccessGrant.objects.filter(ends_soon(), dataset__in=datasets)


def _by_dataset(rows: QuerySet[Any], what: str) -> dict[UUID, int]:
    """How many different values each dataset has."""
    return dict(rows.order_by().values_list("dataset_id").annotate(n=Count(what, distinct=True)))


def totals_of(person: Person) -> dict[str, int]:
    """The five numbers over all datasets that this person manages; a person with two grants is one user."""
    mine = managed_by(person).order_by().values("pk")
    users = AccessGrant.objects.active().filter(dataset__in=mine).order_by()
    keys = list(managed_by(person).order_by().values_list("pk", flat=True))
    return {
        "waiting": undecided_by_manager(person).order_by().count(),
        "users": users.aggregate(n=Count("holder", distinct=True))["n"],
        "ending": _ending(mine).order_by().aggregate(n=Count("holder", distinct=True))["n"],
        "downloads": sum(events_counted(DOWNLOAD, keys, since=clock.now() - RECENT).values()),
        "datasets": len(keys),
    }


@dataclass(frozen=True)
class Task:
    """One thing that waits for the owner: what, for which dataset, since when, and its one button."""

    title: str
    about: str
    note: str
    since: datetime | None
    url: str
    label: str
    icon: str


def tasks_of(person: Person) -> list[Task]:
    """Agreements to countersign: what the navigation counts, all of them."""
    agreements = agreements_to_countersign(person).select_related("item__dataset", "item__request__applicant")
    return [
        Task(
            _("Countersign the agreement with %(name)s") % {"name": one.item.request.applicant},
            one.item.dataset.title, one.reference, one.offered_at,
            reverse("agreement_page", args=[one.pk]), _("Read and countersign"), "sign",
        )
        for one in agreements.order_by("offered_at", "pk")
    ]  # fmt: skip


def drafts_of(person: Person) -> list[Task]:
    """Drafts of versions to finish, newest first, with what their committee answered; at most a few. They wait for
    nobody, so no count includes them.
    """
    unfinished: QuerySet[Any] = overview_of(person)
    drafts = list(unfinished.filter(version_state=VersionState.DRAFT).order_by("-created_at")[: 2 * SHOWN])
    proposals = last_proposals(drafts)
    return [_draft_task(one, proposals.get(one.pk)) for one in drafts]


def _draft_task(dataset: Any, proposal: CommitteeProposal | None) -> Task:
    """A draft to finish; it says what its committee answered, if the owner waits for one."""
    note = ""
    if proposal is not None and dataset.committee_id is None:
        said = {
            CommitteeProposal.Outcome.AWAITING: _("Awaiting acceptance by %(committee)s"),
            CommitteeProposal.Outcome.DECLINED: _("%(committee)s declined the dataset. Choose another committee."),
        }.get(CommitteeProposal.Outcome(proposal.outcome), "")
        note = said % {"committee": proposal.committee} if said else ""
    title = _("Finish and publish the draft of version %(number)s") % {"number": dataset.version_number}
    return Task(
        title, dataset.title, note, None, reverse("managed_dataset", args=[dataset.slug]), _("Continue draft"), "draft"
    )


COLUMNS: list[Column] = [
    (_lazy("Dataset"), lambda row: row.dataset.title),
    (_lazy("Short name"), lambda row: row.dataset.slug),
    (_lazy("Access"), lambda row: row.dataset.get_access_display()),
    (_lazy("Committee"), lambda row: str(row.dataset.committee or "")),
    (_lazy("Version"), lambda row: row.dataset.version_number),
    (_lazy("Status of the version"), lambda row: row.version_label),
    (_lazy("Awaiting decision"), lambda row: row.figures.waiting),
    (_lazy("Active users"), lambda row: row.figures.users),
    (_lazy("Access ends within 30 days"), lambda row: row.figures.ending),
    (_lazy("Downloads in 30 days"), lambda row: row.figures.downloads),
]

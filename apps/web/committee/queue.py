"""Requests to review: what waits for a committee member, in tabs, with filters and export."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Exists, Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from apps.access_requests import review_queue as queue
from apps.access_requests.models import AccessRequest
from apps.access_requests.review_figures import Figures, figures_of
from apps.access_requests.review_filters import due_within, items_inside, overdue, without_date
from apps.access_requests.states import ItemState, RequestState
from apps.committees.models import Committee
from apps.committees.queries import committees_of, is_chaired_by, with_member_counts
from apps.core import clock
from apps.core.actors import Viewer
from apps.core.errors import Denied
from apps.people.commands.readings import record_export
from apps.web.committee import saved_views
from apps.web.committee.presenters import months_before, several_months, why_committee_blocked
from apps.web.committee.queue_filters import reviewer_options
from apps.web.committee.queue_rows import COLUMNS, exported_rows, rows_of
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import csv_response
from apps.web.common.decorators import writes
from apps.web.common.list_filters import Choice, DateRange, Filter, Option, Search
from apps.web.common.lists import ListSpec, Sort, list_page

MONTHS = 6
NOUN = ngettext_lazy("%(total)s request", "%(total)s requests", "n")
DUE = Sort("due", gettext_lazy("Due date, earliest first"), "due_first pk")
OLDEST = Sort("oldest", gettext_lazy("Submitted, oldest first"), "submitted_at pk")
NEWEST = Sort("newest", gettext_lazy("Submitted, newest first"), "-submitted_at -pk")


@dataclass(frozen=True)
class Tab:
    """One tab: its value in the address, its name and how its requests are sorted first."""

    value: str
    label: Any
    sorts: tuple[Sort, ...]


TABS = (
    Tab("to-check", gettext_lazy("To check"), (DUE, OLDEST, NEWEST)),
    Tab("to-vote", gettext_lazy("To vote"), (DUE, OLDEST, NEWEST)),
    Tab("with-others", gettext_lazy("Waiting for other members"), (DUE, OLDEST, NEWEST)),
    Tab(
        "with-applicant", gettext_lazy("Waiting for the applicant"),
        (Sort("longest", gettext_lazy("Longest wait first"), "since pk"), NEWEST),
    ),
    Tab(
        "decided", gettext_lazy("Decided"),
        (
            Sort("latest", gettext_lazy("Decided, newest first"), "-closed_on -pk"),
            Sort("first", gettext_lazy("Decided, oldest first"), "closed_on pk"),
        ),
    ),
)  # fmt: skip


def _mine(person: Viewer) -> QuerySet[Any]:
    found = with_member_counts(committees_of(person))
    return found.annotate(asked_at=clock.sql_now(), led=is_chaired_by(person), views=saved_views.views_listed(person))


@writes
@require_safe
@signed_in
def review_queue(request: AuthenticatedRequest) -> HttpResponseBase:
    """The requests of one tab: without `tab` those to vote on, or if there are none, those to check."""
    person = request.actor
    mine = list(_mine(person))
    if not mine:
        raise Denied(_("Only members of a data access committee can see this page."))
    views = saved_views.views_from(mine[0].views)
    if (default := saved_views.default_of(request, views)) is not None:
        return default
    among = [one.pk for one in mine]
    since = months_before(mine[0].asked_at, MONTHS - 1)
    figures = figures_of(person, among, since=since)
    counts = figures.counts
    first = "to-check" if counts["to-check"] and not counts["to-vote"] else "to-vote"
    tab = next((one for one in TABS if one.value == request.GET.get("tab", first)), TABS[1])
    rows = queue.with_items(_stage(tab, person, among, figures), person, among)
    page = list_page(request, _spec(tab, first, figures, mine, request), rows, total=counts[tab.value])
    if page.is_export:
        record_export("review_queue", rows=page.total, by=person)
        return csv_response("requests-to-review", COLUMNS, page.matching, present=partial(exported_rows, person))
    found = {
        **saved_views.shown(request, views, page, tab=tab.value, first=first),
        "tab": tab.value,
        "rows": rows_of(page.rows),
        "counts": {value.replace("-", "_"): n for value, n in counts.items()},
        "overdue": figures.overdue,
        "committees": [_committee(one) for one in mine],
        **_chart(figures, since),
    }
    return render(request, "committee/queue.html", found)


def _stage(tab: Tab, person: Viewer, among: list[UUID], figures: Figures) -> QuerySet[AccessRequest]:
    """The requests of this tab."""
    if tab.value == "to-vote":
        return figures.to_vote
    if tab.value == "with-others":
        return queue.with_others_of(person, among, to_vote=figures.to_vote)
    others = {
        "to-check": queue.to_check_of, "with-applicant": queue.with_applicant_of, "decided": queue.decided_of,
    }  # fmt: skip
    return others[tab.value](person, among)


def _spec(tab: Tab, first: str, figures: Figures, mine: list[Committee], request: AuthenticatedRequest) -> ListSpec:
    among = [one.pk for one in mine]
    tabs = Choice(
        "tab", _("Stage"), [Option(one.value, one.label, None, figures.counts[one.value]) for one in TABS], first,
        tabs=True,
    )  # fmt: skip
    filters: list[Filter] = [tabs, Search(_("Title, reference, applicant or dataset"), _matching)]
    if len(mine) > 1 or "committee" in request.GET:
        choices = [Option(one.slug, one.name, Q(Exists(items_inside(committee=one)))) for one in mine]
        filters.append(Choice("committee", _("Committee"), choices))
    if tab.value == "decided":
        filters += [
            Choice("decision", _("Decision"), _decisions(among)),
            DateRange("decided", _("Decided"), "closed_on"),
        ]
    else:
        filters.append(Choice("due", _("Due"), _due_options(among)))
        filters.append(Choice("reviewer", _("Reviewer"), reviewer_options(request.actor.pk, among, figures.members)))
        filters.append(DateRange("submitted", _("Submitted"), "submitted_at"))
    return ListSpec(noun=NOUN, sorts=tab.sorts, filters=filters)


def _matching(word: str) -> Q:
    """By the ids of what is found: a word in several datasets of a request finds it once. A title is searched only if
    the member may read it.
    """
    people = Q(applicant__name__icontains=word) | Q(applicant__institution__name__icontains=word)
    known = people | Q(reference__icontains=word) | Q(items__dataset__title__icontains=word)
    return Q(pk__in=AccessRequest.objects.filter(known).values("pk")) | Q(title__icontains=word, declared=True)


def _decisions(among: list[UUID]) -> list[Option]:
    """A decision is searched only in the cases that the member may read."""
    states = (ItemState.APPROVED, ItemState.CONDITIONAL, ItemState.DENIED)
    options = [
        Option(one.value, one.label, Q(Exists(items_inside(state=one, committee__in=among)), declared=True))
        for one in states
    ]
    rest = Q(Exists(items_inside(state=ItemState.WITHDRAWN, committee__in=among)), declared=True)
    withdrawn = Q(state=RequestState.WITHDRAWN) | rest
    return [*options, Option("withdrawn", _("Withdrawn"), withdrawn)]


def _due_options(among: list[UUID]) -> list[Option]:
    return [
        Option("overdue", _("Overdue"), overdue(among)),
        Option("week", _("Due within 7 days"), due_within(among, 7)),
        Option("none", _("No due date"), without_date(among)),
    ]


def _chart(figures: Figures, since: datetime) -> dict[str, Any]:
    """The decisions of the last months, for the chart; none for fewer than three decisions."""
    months = several_months(figures.months, since, MONTHS)
    enough = sum(month["value"] for month in months) >= 3
    return {"months": months if enough else [], "most": max([month["value"] for month in months] + [1])}


def _committee(one: Any) -> dict[str, Any]:
    return {"committee": one, "leads": one.led, "blocked": why_committee_blocked(one, one.member_count)}

"""The conditions of approvals for those who follow them: reports on a case, and the list across cases."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, DateField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import commands
from apps.access_requests.due_dates import due_words
from apps.access_requests.models import Condition, ConditionReport
from apps.access_requests.queries import before_committees_of
from apps.agreements import queries_conditions
from apps.committees.queries import committees_of
from apps.core import clock
from apps.core.errors import Denied, NotFound, WrongState
from apps.datasets.queries import managed_by
from apps.people.commands.readings import record_export
from apps.people.models import Person
from apps.web.committee.case import _moved, find, page
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import csv_response
from apps.web.common.decorators import writes
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.common.list_filters import Choice, Option, Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.condition_rows import ReviewForm

REVIEW, OVERDUE, OPEN, LASTING = "review", "overdue", "open", "lasting"


@require_POST
@signed_in
@idempotent_form
def review_report(request: AuthenticatedRequest, pk: UUID, report: UUID) -> HttpResponse:
    """A member accepts that a condition is met, or sends the report back with what is missing."""
    asked = find(request, pk)
    wanted = _report(pk, report)
    form = ReviewForm(request.POST, report=wanted.pk)
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        act = commands.send_report_back if request.POST.get("act") == "send_back" else commands.accept_report
        with refusals:
            reviewed = act(wanted, answer=form.cleaned_data["answer"], by=request.actor)
            met = reviewed.verdict == ConditionReport.Verdict.ACCEPTED
            messages.success(request, _("Accepted: the condition is met.") if met else _("The report was sent back."))
            return redirect(f"{reverse('case', args=[pk])}#vote-{wanted.condition.item_id}")
    if isinstance(refusals.refusal, WrongState):
        return _moved(request, asked, refusals.refusal, form)
    return page(request, asked, review_forms={wanted.pk: form}, status=422)


def _report(pk: UUID, report: UUID) -> ConditionReport:
    fetched = ConditionReport.objects.select_related("condition__item__request")
    found = fetched.filter(pk=report, condition__item__request=pk).first()
    if found is None:
        raise NotFound(_("This report does not exist."))
    return found


@writes
@require_safe
@signed_in
def conditions(request: AuthenticatedRequest) -> HttpResponseBase:
    """What is not met yet or applies throughout, in the cases of one's committees and on the datasets one manages."""
    person = request.actor
    found = queries_conditions.open_for(person)
    _check_follows(person)
    listed = list_page(request, _spec(found), found.select_related("item__request", "item__dataset", "item__committee"))
    if listed.is_export:
        record_export("conditions", rows=listed.total, by=person)
        return csv_response("conditions", COLUMNS, listed.matching, present=partial(rows_of, person))
    context = {"list": listed, "rows": rows_of(person, listed.rows), "crumbs": [_parent(person)]}
    return render(request, "committee/conditions.html", context)


def _check_follows(person: Person) -> None:
    """The page is for members of committees and for those who manage a dataset."""
    if not committees_of(person).exists() and not managed_by(person).exists():
        raise Denied(_("Only committee members and people who manage a dataset can see this page."))


def _parent(person: Person) -> dict[str, str]:
    """The list from which this page is reached: the requests to review, or one's datasets."""
    if committees_of(person).exists():
        return {"label": _("Requests to review"), "url": reverse("review_queue")}
    return {"label": _("My datasets"), "url": reverse("my_datasets")}


def _spec(found: QuerySet[Condition]) -> ListSpec:
    wheres = {
        REVIEW: (gettext_lazy("To review"), Q(is_reported=True)),
        OVERDUE: (gettext_lazy("Overdue"), queries_conditions.overdue()),
        OPEN: (gettext_lazy("All that are not met"), ~Q(due=Condition.Due.NONE)),
        LASTING: (gettext_lazy("Without a due date"), Q(due=Condition.Due.NONE)),
    }
    counts = found.order_by().aggregate(**{name: Count("pk", filter=where) for name, (_label, where) in wheres.items()})
    tabs = [Option(name, label, where, counts[name]) for name, (label, where) in wheres.items()]
    first = next((name for name in wheres if counts[name]), OPEN)
    return ListSpec(
        noun=ngettext_lazy("%(total)s condition", "%(total)s conditions", "n"),
        sorts=(
            Sort("due", gettext_lazy("Due date, earliest first"), "sorted_day pk", {"sorted_day": _day_or_last()}),
            Sort("newest", gettext_lazy("Newest first"), "-proposed_at -pk"),
        ),
        filters=(
            Choice("state", gettext_lazy("Conditions"), tabs, first, tabs=True),
            Search(gettext_lazy("Condition, dataset, title or reference"), columns(
                "text", "item__dataset__title", "item__request__title", "item__request__reference",
            )),
        ),
    )  # fmt: skip


def _day_or_last() -> Any:
    """Conditions without a day come last."""
    return Coalesce(F("due_day"), Value(date.max, DateField()))


def rows_of(person: Person, found: Iterable[Any]) -> list[dict[str, Any]]:
    """Each condition with the page on which this person follows it; two statements."""
    rows = list(found)
    requests = {row.item.request_id for row in rows}
    cases = set(before_committees_of(person).filter(pk__in=requests).values_list("pk", flat=True)) if rows else set()
    today = clock.today()
    return [
        {
            "condition": row,
            "item": row.item,
            "due": due_words(row),
            "overdue": not row.is_reported and row.due_day is not None and row.due_day < today,
            "url": reverse("case" if row.item.request_id in cases else "request_page", args=[row.item.request_id]),
        }
        for row in rows
    ]


COLUMNS = [
    (gettext_lazy("Reference"), lambda row: row["item"].request.reference),
    (gettext_lazy("Dataset"), lambda row: row["item"].dataset.title),
    (gettext_lazy("Committee"), lambda row: row["item"].committee.name),
    (gettext_lazy("Condition"), lambda row: row["condition"].text),
    (gettext_lazy("When it must be met"), lambda row: row["due"]),
    (gettext_lazy("Due"), lambda row: row["condition"].due_day),
    (gettext_lazy("Reported"), lambda row: _("Yes") if row["condition"].is_reported else _("No")),
    (gettext_lazy("Overdue"), lambda row: _("Yes") if row["overdue"] else _("No")),
]

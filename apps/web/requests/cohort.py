"""The class of a request, for its supervisor: the details, the roster, and how far each student has come."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.access_requests import commands, queries_cohorts, rules, rules_cohorts
from apps.access_requests.cohort_facts import cohort_of
from apps.access_requests.models import AccessRequest, Cohort
from apps.access_requests.states import EDITABLE
from apps.core.addresses import absolute
from apps.core.errors import NotFound, WrongState
from apps.grants import commands_cohorts
from apps.grants.queries_cohorts import Progress, counts_of, waiting_students, with_progress
from apps.people.commands.readings import record_export
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import Column, csv_response
from apps.web.common.decorators import require_page_or_form, writes
from apps.web.common.forms import FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.common.list_filters import Choice, Option, Search, columns
from apps.web.common.lists import ListPage, ListSpec, Sort, list_page
from apps.web.common.reason_form import FullReasonForm
from apps.web.requests.cohort_forms import ClassForm
from apps.web.requests.views import find

SIZE = 50  # students on a page
BADGES = {  # tone and icon
    Progress.LISTED: ("still", "draft"), Progress.INVITED: ("wait", "mail"), Progress.CONFIRMED: ("wait", "sign"),
    Progress.SIGNED: ("note", "agreement"), Progress.ACCESS: ("good", "check"), Progress.ENDED: ("still", "clock"),
    Progress.DECLINED: ("still", "ban"), Progress.REMOVED: ("bad", "trash"),
}  # fmt: skip


@writes
@require_safe
@signed_in
def request_class(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """The class and its students; without a class the form that describes one."""
    found = supervised(request.actor, pk)
    cohort = cohort_of(found)
    if cohort is None:
        return HttpResponseRedirect(reverse("class_details", args=[pk]))
    listed = list_page(request, spec(), with_progress(cohort))
    if listed.is_export:
        record_export("class", rows=listed.total, by=request.actor)
        return csv_response("class", COLUMNS, listed.matching)
    return render(request, "requests/class.html", _shown(request.actor, found, cohort, listed))


def supervised(person: Person, pk: UUID) -> AccessRequest:
    """The request, if this person applied for it: nobody else on it sees the students."""
    found = find(person, pk)
    rules.check_is_applicant(person, found)
    return found


def class_of(person: Person, pk: UUID) -> Cohort:
    """The class of the request that this person supervises."""
    found = supervised(person, pk)
    cohort = cohort_of(found)
    if cohort is None:
        raise NotFound(_("This request is not for a class."))
    cohort.request = found
    return cohort


def spec(*, by: str = "name pk") -> ListSpec:
    """The list of students, as its filters and its file know it."""
    steps = [Option(one.value, one.label, Q(progress=one.value)) for one in Progress]
    return ListSpec(
        noun=ngettext_lazy("%(total)s student", "%(total)s students", "n"),
        sorts=(Sort("name", gettext_lazy("Name"), by), Sort("newest", gettext_lazy("Newest first"), "-added_at -pk")),
        filters=(
            Search(gettext_lazy("Name, e-mail address or ORCID iD"), columns("name", "email", "orcid")),
            Choice("progress", gettext_lazy("Status"), steps, any_label=gettext_lazy("All")),
        ),
        size=SIZE,
    )


COLUMNS: list[Column] = [
    (gettext_lazy("Name"), lambda row: row.name),
    ("E-mail", lambda row: row.email),
    ("ORCID", lambda row: row.orcid),
    (gettext_lazy("Status"), lambda row: Progress(row.progress).label),
]


def _shown(person: Person, found: AccessRequest, cohort: Cohort, listed: ListPage) -> dict[str, Any]:
    counts = counts_of(cohort)
    taken = sum(counts.values()) - counts[Progress.REMOVED] + len(queries_cohorts.places_kept(cohort))
    approved = queries_cohorts.is_approved(cohort)
    return {
        "asked": found,
        "cohort": cohort,
        "list": listed,
        "rows": rows_of(listed),
        "counts": [{"label": one.label, "value": counts[one.value]} for one in Progress if counts[one.value]],
        "most": max(counts.values()) or 1,
        "taken": taken,
        "with_access": counts[Progress.ACCESS],
        "approved": approved,
        "waiting": counts[Progress.INVITED] + counts[Progress.CONFIRMED],
        "reminds": refusal_of(lambda: rules_cohorts.check_can_remind(person, cohort)) is None,
        "enrols": refusal_of(lambda: rules_cohorts.check_can_enrol(person, cohort)) is None,
        "describes": refusal_of(lambda: rules_cohorts.check_can_describe(person, found)) is None,
        "drops": refusal_of(lambda: rules_cohorts.check_can_drop(person, found)) is None,
        "editable": found.state in EDITABLE,
        "share_url": absolute(reverse("class_place", args=[cohort.pk])),
    }


def rows_of(listed: ListPage) -> list[dict[str, Any]]:
    """The students of one page of the list, each with its state in words."""
    return [
        {"student": one, "label": Progress(one.progress).label, "removable": one.removed_at is None,
         **dict(zip(("tone", "icon"), BADGES[Progress(one.progress)], strict=True))}
        for one in listed.rows
    ]  # fmt: skip


@require_page_or_form
@signed_in
@idempotent_form
def class_details(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Make the request one for a class, or change the details of the class."""
    found = supervised(request.actor, pk)
    rules_cohorts.check_can_describe(request.actor, found)
    form = ClassForm(request.POST) if request.method == "POST" else ClassForm.of(cohort_of(found))
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            commands.describe_class(found, **form.cleaned_data, by=request.actor)
            messages.success(request, _("The class was saved. Nothing has been sent to the committee yet."))
            return HttpResponseRedirect(reverse("request_class", args=[pk]))
    status = refusals.status if request.method == "POST" else 200
    context = {"asked": found, "form": form, "institution": request.actor.institution}
    return render(request, "requests/class_details.html", context, status=status)


@require_POST
@signed_in
@idempotent_form
def class_drop(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The request is for no class after all."""
    commands.drop_class(supervised(request.actor, pk), by=request.actor)
    messages.success(request, _("The class and its roster were removed from the request."))
    return HttpResponseRedirect(reverse("request_edit", args=[pk]))


@require_POST
@signed_in
@idempotent_form
def class_remind(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Remind every student who was invited and has not signed."""
    cohort = class_of(request.actor, pk)
    waiting = list(waiting_students(cohort).values_list("pk", flat=True))
    n = commands.remind_students(cohort, students=waiting, by=request.actor)
    said = ngettext("%(n)s student was reminded.", "%(n)s students were reminded.", n)
    messages.success(request, said % {"n": n})
    return HttpResponseRedirect(reverse("request_class", args=[pk]))


@require_page_or_form
@signed_in
@idempotent_form
def student_remove(request: AuthenticatedRequest, pk: UUID, student: UUID) -> HttpResponse:
    """Ask for the reason, then end the place and the access of one student."""
    cohort = class_of(request.actor, pk)
    wanted = with_progress(cohort).filter(pk=student).first()
    if wanted is None:
        raise NotFound(_("This student is not on the roster."))
    wanted.cohort = cohort
    form = FullReasonForm(request.POST or None)
    refusals = FormRefusals(form)
    if request.method == "POST" and form.is_valid():
        with refusals:
            commands_cohorts.remove_student(wanted, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("The student was removed. Any access they had through this class has ended."))
            return HttpResponseRedirect(reverse("request_class", args=[pk]))
    status = refusals.status if request.method == "POST" else 200
    context = {"asked": cohort.request, "cohort": cohort, "student": wanted, "form": form,
               "has_access": wanted.progress == Progress.ACCESS}  # fmt: skip
    return render(request, "requests/class_remove.html", context, status=status)

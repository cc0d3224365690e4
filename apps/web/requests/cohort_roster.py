"""The page on which students are entered: read, checked line by line, shown, and then saved."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.access_requests import commands, queries_cohorts, roster, rules_cohorts
from apps.access_requests.models import Cohort
from apps.access_requests.roster import Fault, Roster
from apps.access_requests.rules_cohorts import RosterChange
from apps.core.errors import Invalid
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.requests.cohort import class_of
from apps.web.requests.cohort_forms import REPLACE, RosterForm

COLUMN_NAMES = {"": "–", roster.NAME: gettext_lazy("Name"), roster.EMAIL: "E-mail", roster.ORCID: "ORCID"}


@require_page_or_form
@signed_in
@idempotent_form
def class_roster(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Enter students. They are saved after a look at what would be saved; with an error nothing is saved, or lost."""
    cohort = class_of(request.actor, pk)
    rules_cohorts.check_can_enrol(request.actor, cohort)
    if request.method != "POST":
        return _page(request, cohort, RosterForm())
    form = RosterForm(request.POST, request.FILES)
    read: Roster | None = None
    change: RosterChange | None = None
    refusals = FormRefusals(form)
    if form.is_valid():
        with refusals:
            form = _with_text(form, _text(form))
    if form.is_valid():
        refusals = FormRefusals(form)
        read = roster.read(str(form.cleaned_data["rows"]))
        with refusals:
            _check(read)
    if read is not None and form.is_valid():
        replace = form.cleaned_data["mode"] == REPLACE
        with refusals:
            if request.POST.get("act") == "save":
                saved = commands.keep_roster(cohort, entries=read.entries, replace=replace, by=request.actor)
                messages.success(request, _counted(saved))
                return HttpResponseRedirect(reverse("request_class", args=[pk]))
            change = _change(request.actor, cohort, read, replace=replace)
    status = 200 if form.is_valid() else refusals.status
    return _page(request, cohort, form, faults=read.faults if read else (), change=change, status=status)


def _text(form: RosterForm) -> str:
    """What was sent, as text: the file or the lines."""
    file, rows = form.cleaned_data["file"], form.cleaned_data["rows"]
    if file is None:
        return str(rows)
    if rows.strip():
        raise Invalid(
            _(
                "Send either the file or the lines below, not both. The lines are kept. To use the file, choose "
                "it again."
            ),
            field="file",
        )
    return roster.decoded(file.read(roster.MOST_BYTES + 1))


def _with_text(form: RosterForm, text: str) -> RosterForm:
    """The same form with the text of the file in the box, where its errors can be corrected."""
    again = RosterForm({"rows": text, "mode": form.cleaned_data["mode"]})
    again.full_clean()
    return again


def _check(read: Roster) -> None:
    if read.faults:
        said = ngettext(
            "%(n)s error was found. Correct it below, then check again. Nothing was saved.",
            "%(n)s errors were found. Correct them below, then check again. Nothing was saved.",
            len(read.faults),
        )
        raise Invalid(said % {"n": len(read.faults)}, field="rows")
    if not read.entries:
        raise Invalid(_("Enter at least one student, or choose a file."), field="rows")


def _change(person: Person, cohort: Cohort, read: Roster, *, replace: bool) -> RosterChange:
    """What saving would do; the same refusals as saving."""
    rows = list(queries_cohorts.on_roster(cohort))
    change = rules_cohorts.change_of(rows, read.entries, replace=replace)
    approved = queries_cohorts.is_approved(cohort)
    rules_cohorts.check_roster(person, cohort, change, on_roster=len(rows), approved=approved)
    return change


def _counted(change: RosterChange) -> str:
    return _("Roster saved: %(added)s added, %(kept)s kept, %(removed)s removed.") % {
        "added": len(change.added), "kept": len(change.kept), "removed": len(change.removed),
    }  # fmt: skip


def _page(
    request: AuthenticatedRequest,
    cohort: Cohort,
    form: RosterForm,
    *,
    faults: tuple[Fault, ...] | list[Fault] = (),
    change: RosterChange | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "asked": cohort.request,
        "cohort": cohort,
        "form": form,
        "faults": [{"fault": one, "column": COLUMN_NAMES[one.column]} for one in faults[: roster.MOST_FAULTS]],
        "more_faults": len(faults) - roster.MOST_FAULTS if len(faults) > roster.MOST_FAULTS else 0,
        "change": change,
    }
    return render(request, "requests/class_roster.html", context, status=status)

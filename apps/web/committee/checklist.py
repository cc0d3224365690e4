"""Giving a verdict on a criterion of a case, and the page on which the chair chooses the criteria."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.access_requests import commands
from apps.access_requests.models import AccessRequest, Round
from apps.access_requests.review_queue import undecided_before
from apps.access_requests.rules import check_can_change_rules
from apps.committees.checklists import Checklist, lines, shipped
from apps.committees.queries import public
from apps.core.editing import fingerprint
from apps.core.errors import NotFound, WrongState
from apps.web.committee import case
from apps.web.committee.checklist_presenters import VerdictForm
from apps.web.committee.manage import managed_committee
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import CleanTextField, FormRefusals
from apps.web.common.idempotency import idempotent_form


@require_POST
@signed_in
@idempotent_form
def verdict(request: AuthenticatedRequest, pk: UUID, slug: str, number: int) -> HttpResponse:
    """A member says whether a criterion is met, and why."""
    asked = case.find(request, pk)
    committee = public().filter(slug=slug, items__request=asked).distinct().first()
    if committee is None:
        raise NotFound(_("This committee does not exist."))
    form = VerdictForm(request.POST, auto_id=f"verdict-{committee.pk}-{number}-%s")
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            said = {"says": form.cleaned_data["says"], "reason": form.cleaned_data["reason"]}
            seen = _round(asked, form.cleaned_data["seen"])
            commands.give_verdict(asked, committee=committee, number=number, **said, seen=seen, by=request.actor)
            messages.success(request, _("The verdict is saved."))
            return redirect(f"{reverse('case', args=[pk])}#checklist")
    if isinstance(refusals.refusal, WrongState):
        kept = form.cleaned_data["reason"]
        return case.page(request, asked, moved=refusals.refusal.sentence, typed=kept, status=409)
    return case.page(request, asked, verdict_forms={(committee.pk, number): form}, status=422)


def _round(asked: AccessRequest, pk: UUID) -> Round:
    """The round that the member has read."""
    seen = asked.rounds.filter(pk=pk).first()
    if seen is None:
        raise WrongState(_("The request has changed since you opened it. Read the new version first."))
    return seen


class ChecklistForm(forms.Form):
    """The criteria of a committee, one a line."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    criteria = CleanTextField(
        label=gettext_lazy("Criteria"),
        help_text=gettext_lazy("Enter one criterion per line, at most 20. Leave empty for no checklist."),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
    )
    required = forms.BooleanField(
        label=gettext_lazy("Require a verdict on each criterion before voting"), required=False
    )


@require_page_or_form
@signed_in
@idempotent_form
def checklist(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Choose the criteria. Requests that are in review keep the checklist they began with."""
    committee = managed_committee(request, slug)
    check_can_change_rules(request.actor, committee)
    now = Checklist.read(committee.checklist)
    begun = {"criteria": "\n".join(now.criteria or shipped()), "required": now.required}
    seen = {"seen": fingerprint(now.as_json())}
    form = ChecklistForm(request.POST or None, initial=begun | seen, auto_id="checklist-%s")
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        with FormRefusals(form, WrongState):
            wanted = {"criteria": lines(said["criteria"] or ""), "required": said["required"], "seen": said["seen"]}
            commands.change_checklist(committee, **wanted, by=request.actor)
            messages.success(request, _("Saved. The checklist applies to requests that are submitted from now on."))
            return redirect("committee_manage", slug=committee.slug)
    found: dict[str, Any] = {"committee": committee, "form": form, "has_none": not now.criteria}
    found["open_requests"] = undecided_before(committee).values("request_id").distinct().order_by().count()
    return render(request, "committee/checklist.html", found, status=422 if form.errors else 200)

"""Pages on which a member is removed and another chair is named: first what it touches, then a reason."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.access_requests import commands
from apps.access_requests.rules import check_can_remove_voters
from apps.committees import rules
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import memberships_of
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.core.errors import NotFound
from apps.people.colleagues import find_colleague
from apps.people.rules import check_operator
from apps.web.committee.effects import effects_of_losing
from apps.web.committee.forms import NameChairForm, RemoveMemberForm
from apps.web.committee.manage import managed_committee
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.sign_in.step_up import deed_shown, freshly_signed_in, must_sign_in_again


def _removal_shown(request: AuthenticatedRequest, slug: str, pk: UUID) -> list[tuple[str, str]]:
    """Who leaves which committee, for the pages before and after a new sign-in."""
    committee = managed_committee(request, slug)
    membership = memberships_of(committee).filter(pk=pk).first()
    person = membership.person if membership is not None else ""
    about = (_("Person"), person), (_("Committee"), committee), (_("Last day"), request.POST.get("last_day", ""))
    return deed_shown(request, _("Remove member"), *about)


@require_page_or_form
@signed_in
@freshly_signed_in(shows=_removal_shown)
@idempotent_form
def remove_member(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """Which undecided requests the removal touches, and how; then last day and reason. It decides nothing."""
    committee = managed_committee(request, slug)
    membership = memberships_of(committee).select_related("person__institution").filter(pk=pk).first()
    if membership is None:
        raise NotFound(_("This person is not a member of the committee."))
    check_can_remove_voters(request.actor, committee)
    rules.check_can_remove_member(request.actor, membership)
    form = RemoveMemberForm(request.POST or None, initial={"last_day": clock.today()})
    refusals = FormRefusals(form)
    if request.method == "POST" and form.is_valid():
        with refusals:
            commands.remove_committee_member(membership, by=request.actor, **form.cleaned_data)
            messages.success(request, _removed(membership, later=form.cleaned_data["last_day"] > clock.today()))
            return redirect("committee_manage", slug=committee.slug)
    return _page(request, "committee/remove_member.html", committee, membership, form)


def _removed(membership: CommitteeMember, *, later: bool) -> str:
    name = {"name": membership.person}
    if later:
        return _("The membership of %(name)s ends after the last day. This did not decide any request.") % name
    return _("%(name)s is no longer a member. This did not decide any request.") % name


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def name_chair(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """An operator names another chair; the previous one is no longer a member. It decides nothing."""
    committee = managed_committee(request, slug)
    check_operator(request.actor, CONSOLE)
    check_can_remove_voters(request.actor, committee)
    chair = memberships_of(committee).select_related("person__institution").filter(is_chair=True).first()
    form = NameChairForm(request.POST or None)
    refusals = FormRefusals(form)
    if request.method == "POST" and form.is_valid():
        with refusals:
            person = find_colleague(form.cleaned_data["code"], by=request.actor, field="code")
            commands.name_chair(committee, person=person, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("%(name)s is now the chair.") % {"name": person})
            return redirect("committee_manage", slug=committee.slug)
    return _page(request, "committee/name_chair.html", committee, chair, form)


def _page(
    request: AuthenticatedRequest, template: str, committee: Committee, membership: CommitteeMember | None, form: Any
) -> HttpResponse:
    touched = effects_of_losing(committee, membership.person_id, reader=request.actor) if membership is not None else []
    found = {"committee": committee, "membership": membership, "form": form, "touched": touched}
    found["asks_again"] = must_sign_in_again(request)
    return render(request, template, found, status=422 if form.errors else 200)

"""The page on which members of a committee are assigned to review a request."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.access_requests import commands
from apps.access_requests.models import AccessRequest
from apps.access_requests.queries_assignments import assigned_counts, assigned_in
from apps.access_requests.rules_assignments import check_can_be_assigned, is_assignable
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import chaired_by, committees_of, memberships_of
from apps.core.errors import Invalid, NotFound, WrongState
from apps.core.identifiers import uuids
from apps.web.committee import case
from apps.web.committee.outside_presenters import InviteForm, outside_of_committee
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.sign_in.step_up import must_sign_in_again


class AssignForm(forms.Form):
    """Members who are to be assigned; each label says how much they have to do."""

    use_required_attribute = False

    members = forms.MultipleChoiceField(
        label=gettext_lazy("Assign members"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one member."),
            "invalid_choice": gettext_lazy("Choose members from the list."),
        },
    )

    def __init__(
        self, *args: Any, candidates: list[CommitteeMember], counts: dict[UUID, int], slug: str, **kwargs: Any
    ) -> None:
        kwargs["auto_id"] = f"assign-{slug}-%s"
        super().__init__(*args, **kwargs)
        field = self.fields["members"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(one.pk), _with_count(one, counts.get(one.pk, 0))) for one in candidates]


def _with_count(member: CommitteeMember, n: int) -> str:
    said = ngettext("%(name)s (%(n)s request assigned)", "%(name)s (%(n)s requests assigned)", n)
    return said % {"name": member.person, "n": n}


Refused = tuple[AssignForm, int] | None  # the form with its errors, and the status of the page


@require_page_or_form
@signed_in
@idempotent_form
def reviewers(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Who is assigned, by committee; a member assigns themself, the chair anybody."""
    asked = case.find(request, pk)
    mine = _mine(request, asked)
    if not mine:
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    if request.method != "POST":
        return page(request, asked)
    committee = next((one for one in mine if one.slug == request.POST.get("committee")), None)
    if committee is None:
        raise NotFound(_("This committee does not exist."))
    deed = {"assign": _assign, "self": _assign_self, "unassign": _unassign}.get(request.POST.get("act", ""))
    if deed is None:
        raise Invalid(_("Choose what to change."))
    refused = deed(request, asked, committee)
    if refused is not None:
        return page(request, asked, refused={committee.pk: refused[0]}, status=refused[1])
    return redirect("case" if request.POST.get("act") == "self" else "case_reviewers", pk=pk)


def _assign(request: AuthenticatedRequest, asked: AccessRequest, committee: Committee) -> Refused:
    """The chosen members are assigned; the form with its errors and the status if not."""
    members = list(memberships_of(committee))
    form = AssignForm(request.POST, candidates=members, counts=assigned_counts(committee), slug=committee.slug)
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        chosen = [one for one in members if str(one.pk) in form.cleaned_data["members"]]
        with refusals:
            commands.assign(asked, committee=committee, members=chosen, by=request.actor)
            names = ", ".join(str(one.person) for one in chosen)
            messages.success(request, _("Assigned to this request: %(names)s.") % {"names": names})
            return None
    return form, refusals.status


def _assign_self(request: AuthenticatedRequest, asked: AccessRequest, committee: Committee) -> Refused:
    own = memberships_of(committee).filter(person=request.actor)
    commands.assign(asked, committee=committee, members=list(own), by=request.actor)
    messages.success(request, _("You are assigned to this request."))
    return None


def _unassign(request: AuthenticatedRequest, asked: AccessRequest, committee: Committee) -> Refused:
    wanted = uuids([request.POST.get("assignment", "")])
    assignment = assigned_in([committee.pk]).filter(request=asked, pk__in=wanted).first()
    if assignment is None:
        messages.info(request, _("This member is no longer assigned to the request."))
        return None
    commands.unassign(assignment, by=request.actor)
    named = {"name": assignment.membership.person}
    messages.success(request, _("%(name)s is no longer assigned to this request.") % named)
    return None


def _mine(request: AuthenticatedRequest, asked: AccessRequest) -> list[Committee]:
    """The committees of the reader that decide on the request."""
    return list(committees_of(request.actor).filter(items__request=asked).distinct().order_by("name"))


def page(
    request: AuthenticatedRequest,
    asked: AccessRequest,
    *,
    refused: Mapping[UUID, AssignForm] | None = None,
    outside_forms: Mapping[UUID, InviteForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; `refused` and `outside_forms` are forms that were sent and not taken, by committee."""
    led = set(chaired_by(request.actor).values_list("pk", flat=True))
    entries = []
    for one in _mine(request, asked):
        entry = _entry(request, asked, one, leads=one.pk in led, refused=(refused or {}).get(one.pk))
        entry["outside"] = outside_of_committee(
            asked, one, leads=one.pk in led, typed=(outside_forms or {}).get(one.pk)
        )
        entries.append(entry)
    found = {"case": asked, "entries": entries, "asks_again": must_sign_in_again(request)}
    return render(request, "committee/reviewers.html", found, status=status)


def _can_be_assigned(member: CommitteeMember, asked: AccessRequest, committee: Committee) -> bool:
    return refusal_of(lambda: check_can_be_assigned(member, asked, committee)) is None


def _entry(
    request: AuthenticatedRequest, asked: AccessRequest, committee: Committee, *, leads: bool,
    refused: AssignForm | None,
) -> dict[str, Any]:  # fmt: skip
    """One committee: who is assigned to the request, and the form to assign more."""
    assigned = list(assigned_in([committee.pk]).filter(request=asked))
    taken = {one.membership_id for one in assigned}
    open_now = is_assignable(asked, committee)
    free = [one for one in memberships_of(committee) if one.pk not in taken] if open_now else []
    candidates = [one for one in free if _can_be_assigned(one, asked, committee)]
    form = None
    if leads and candidates:
        form = refused or AssignForm(candidates=candidates, counts=assigned_counts(committee), slug=committee.slug)
    return {
        "committee": committee,
        "assigned": [{"row": one, "removable": leads or one.membership.person == request.actor} for one in assigned],
        "leads": leads,
        "is_open": open_now,
        "form": form,
        "can_take": not leads and any(one.person_id == request.actor.pk for one in candidates),
    }

"""The people of a request, for its applicant: who takes part, who is invited, and a form to invite others."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.access_requests import commands, fields, queries, queries_invitations, rules, rules_invitations
from apps.access_requests.models import AccessRequest, Invitation, SharedWork
from apps.core import clock
from apps.core.errors import Invalid, NotFound
from apps.core.identifiers import uuids
from apps.people.colleagues import split_entries
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import CleanTextField, FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.requests import views
from apps.web.requests.shared_work import SharedWorkForm, works_of


class InviteForm(forms.Form):
    """Addresses and iDs, one a line. Each is checked by the command, which names all that are wrong."""

    use_required_attribute = False

    invite = CleanTextField(
        label=gettext_lazy("E-mail addresses or ORCID iDs"),
        help_text=gettext_lazy(
            "Enter one e-mail address or ORCID iD per line. People invited by e-mail address get a link. People "
            "invited by ORCID iD see the invitation when they sign in with it."
        ),
        max_length=rules_invitations.MOST * fields.ENTRY_LENGTH,
        error_messages={"required": gettext_lazy("Enter the e-mail address or ORCID iD of at least one person.")},
        widget=forms.Textarea(attrs={"rows": 3, "autocapitalize": "none", "spellcheck": "false"}),
    )


@require_page_or_form
@signed_in
@idempotent_form
def request_people(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Who takes part and who is invited; the applicant invites others as long as the request can be changed."""
    found = views.find(request.actor, pk)
    rules.check_is_applicant(request.actor, found)
    form = InviteForm(request.POST or None)
    refusals = FormRefusals(form)
    if request.method == "POST" and form.is_valid():
        with refusals:
            commands.invite(found, entries=split_entries(form.cleaned_data["invite"]), by=request.actor)
            messages.success(request, _("Invited. This page shows who has confirmed."))
            return HttpResponseRedirect(reverse("request_people", args=[pk]))
    status = refusals.status if request.method == "POST" else 200
    return render(request, "requests/people.html", _context(request.actor, found, form), status=status)


@require_POST
@signed_in
@idempotent_form
def request_invitation(request: AuthenticatedRequest, pk: UUID, invitation: UUID) -> HttpResponse:
    """Send an invitation again, withdraw it, or accept the account that wants to use it."""
    found = views.find(request.actor, pk)
    rules.check_is_applicant(request.actor, found)
    wanted = Invitation.objects.select_related("request").filter(request=found, pk=invitation).first()
    if wanted is None:
        raise NotFound(_("This invitation does not exist."))
    act = request.POST.get("act", "")
    if act == "resend":
        commands.resend_invitation(wanted, by=request.actor)
        messages.success(request, _("The invitation is sent again, with a new link."))
    elif act == "withdraw":
        commands.withdraw_invitation(wanted, by=request.actor)
        messages.success(request, _("The invitation was withdrawn."))
    elif act == "accept":
        commands.accept_claim(wanted, person=_claimant(request), by=request.actor)
        messages.success(request, _("The person is now a project member."))
    else:
        raise Invalid(_("Choose what to do with the invitation."))
    return HttpResponseRedirect(reverse("request_people", args=[pk]))


def _claimant(request: AuthenticatedRequest) -> Person:
    """The account that the page showed; the command refuses every one that did not claim the invitation."""
    found = Person.objects.filter(code=request.POST.get("person", "")).first()
    if found is None:
        raise Invalid(_("The invitation has changed. Read who wants to join, and answer again."))
    return found


@require_POST
@signed_in
@idempotent_form
def request_shared_work(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Name with whom somebody on the request wrote or worked, or take an entry back."""
    found = views.find(request.actor, pk)
    rules.check_is_applicant(request.actor, found)
    if request.POST.get("act") == "remove":
        sent = uuids([request.POST.get("work", "")])
        row = SharedWork.objects.select_related("request").filter(request=found, pk__in=sent, removed_at__isnull=True)
        commands.remove_shared_work(_existing(row.first()), by=request.actor)
        messages.success(request, _("Entry removed."))
        return HttpResponseRedirect(reverse("request_people", args=[pk]))
    form = SharedWorkForm(request.POST, parties=queries.people_of(found))
    refusals = FormRefusals(form)
    if form.is_valid():
        with refusals:
            commands.add_shared_work(found, work=form.work_named(), by=request.actor)
            messages.success(request, _("Entry added. The committee reads it when you submit."))
            return HttpResponseRedirect(reverse("request_people", args=[pk]))
    context = _context(request.actor, found, InviteForm(), work_form=form)
    return render(request, "requests/people.html", context, status=refusals.status)


def _existing(row: SharedWork | None) -> SharedWork:
    if row is None:
        raise NotFound(_("This entry does not exist."))
    return row


def _context(
    person: Person, found: AccessRequest, form: InviteForm, work_form: SharedWorkForm | None = None
) -> dict[str, Any]:
    refused = refusal_of(lambda: rules_invitations.check_can_invite(person, found, as_shown=True))
    can_join = queries_invitations.seems_joinable(found)
    return {
        "asked": found,
        "form": form,
        "refused": refused.sentence if refused is not None else "",
        "days": settings.INVITATION_DAYS,
        "members": [one.person for one in found.memberships.select_related("person__institution").order_by("added_at")],
        **works_of(person, found, work_form),
        "invited": [_row(one, can_join=can_join) for one in queries_invitations.of_request(found)],
    }


def _row(one: Invitation, *, can_join: bool) -> dict[str, Any]:
    """An invitation with its state in words, and what the applicant can do about it."""
    now = clock.now()
    expired = one.expires_at <= now
    again = one.times_queued < rules_invitations.MOST_TIMES and now >= one.queued_at + rules_invitations.RESENT_AFTER
    return {
        "invitation": one,
        "state": _state(one, expired=expired),
        "open": not one.outcome,
        "until": None if one.outcome or expired else one.expires_at,
        "can_resend": not one.outcome and can_join and again,
        "claimed_by": one.claimed_by if not one.outcome else None,
    }


def _state(one: Invitation, *, expired: bool) -> str:
    if one.outcome:
        return str(one.get_outcome_display())
    if expired:
        return _("Invitation expired")
    if one.claimed_by_id is not None:
        return _("Waiting for you")
    return _("E-mail could not be delivered") if one.undelivered_at else _("Invited, not confirmed yet")

"""What an invited person sees: the page of an invitation that names them, and the page that a link opens."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access_requests import commands, queries_invitations, rules_invitations
from apps.access_requests.models import Invitation
from apps.core.actors import ANONYMOUS, Viewer, actor_of
from apps.core.errors import Invalid, NotFound
from apps.datasets import queries as datasets
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest, PageRequest
from apps.web.common.auth import sign_in_address, signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import refusal_of
from apps.web.common.idempotency import idempotent_form


@require_page_or_form
@signed_in
@idempotent_form
def invitation(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """An invitation that the reader's own address or iD names; for everybody else it does not exist."""
    named = queries_invitations.named_by(Invitation.objects.filter(pk=pk, outcome=""), request.actor)
    found = named.select_related("request__applicant__institution", "invited_by__institution").first()
    if found is None:
        raise NotFound(_not_yours())
    if request.method == "POST":
        return _answer(request, found, request.POST.get("act", ""), request.actor)
    return _page(request, found, named=True)


@require_page_or_form
@idempotent_form
def invitation_link(request: PageRequest, token: str) -> HttpResponse:
    """What the link in the e-mail opens, with or without an account: who invites, and to which public data.

    The reader confirms with the account that the invitation names, or asks the applicant to accept another one.
    """
    found = queries_invitations.with_token(token)
    if found is None:
        raise NotFound(
            _("This link is not valid or has already been used. Ask the person who invited you to send a new one.")
        )
    reader = request.actor
    rules_invitations.check_current(found)
    this = Invitation.objects.filter(pk=found.pk)
    named = isinstance(reader, Person) and queries_invitations.named_by(this, reader).exists()
    act = request.POST.get("act", "")
    if request.method == "POST" and act == "decline":
        commands.decline_invitation(found, token=token, by=actor_of(reader) if reader.is_authenticated else ANONYMOUS)
        return _declined(request)
    if request.method == "POST" and isinstance(reader, Person):
        if act == "claim":
            commands.claim_invitation(found, token=token, by=reader)
            said = _(
                "%(name)s was asked to accept your account. If they do, you are notified when the request is submitted."
            )
            messages.success(request, said % {"name": found.invited_by})
            return HttpResponseRedirect(reverse("home"))
        return _answer(request, found, act, reader)
    return _page(request, found, named=named)


def _answer(request: PageRequest, found: Invitation, act: str, person: Person) -> HttpResponse:
    if act == "confirm":
        commands.confirm_invitation(found, by=person)
        messages.success(request, _("You confirmed. You are now a project member of this request."))
        return HttpResponseRedirect(reverse("home"))
    if act == "decline":
        commands.decline_invitation(found, by=person)
        return _declined(request)
    raise Invalid(_("Choose whether you confirm or decline."))


def _declined(request: PageRequest) -> HttpResponse:
    messages.success(request, _("You declined. The person who invited you is notified."))
    return HttpResponseRedirect(reverse("home"))


def _page(request: PageRequest, found: Invitation, *, named: bool) -> HttpResponse:
    """A reader who is not named learns neither the title of the project nor which data are not public."""
    reader: Viewer = request.actor
    refused = None
    if isinstance(reader, Person):
        person = reader
        refused = refusal_of(lambda: rules_invitations.check_can_take_part(person, found))
    back = sign_in_address(reverse("invitation", args=[found.pk]))
    context: dict[str, Any] = {
        "found": found,
        "datasets": datasets.visible_to(reader).filter(items__request=found.request_id).order_by("title"),
        "title": found.request.title if named else "",
        "named": named,
        "reader": reader if isinstance(reader, Person) else None,
        "refused": refused.sentence if refused is not None else "",
        "sign_in_url": back,  # never the address with the token, which would be in a query
    }
    return render(request, "requests/invitation.html", context)


def _not_yours() -> str:
    return _(
        "This invitation does not exist, was already answered, or is for an e-mail address or ORCID iD that is "
        "not in your account. If you have a link, open it again while you are signed in."
    )

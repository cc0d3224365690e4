"""The forms after a denial: submit an appeal, withdraw it, revise and resubmit."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access_requests import commands
from apps.access_requests.models import AccessRequest, Item
from apps.core import clock
from apps.core.errors import NotFound, WrongState
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.requests.denied import AppealForm
from apps.web.requests.views import find, page


@require_POST
@signed_in
@idempotent_form
def request_appeal(request: AuthenticatedRequest, pk: UUID, item: UUID) -> HttpResponse:
    """The applicant appeals a denial, once."""
    found = find(request.actor, pk)
    wanted = _item(found, item)
    form = AppealForm(request.POST, item=wanted.pk)
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            commands.appeal(wanted, text=form.cleaned_data["text"], by=request.actor)
            messages.success(request, _("Your appeal was submitted. This page shows who has to act next."))
            return HttpResponseRedirect(reverse("request_page", args=[pk]) + "#appeal")
    return page(request, found, appeal_form=form, appealed=wanted.pk, status=refusals.status)


@require_POST
@signed_in
@idempotent_form
def appeal_withdraw(request: AuthenticatedRequest, pk: UUID, item: UUID) -> HttpResponse:
    """The applicant ends the appeal; the denial stands."""
    commands.withdraw_appeal(_item(find(request.actor, pk), item), by=request.actor)
    messages.success(request, _("The appeal was withdrawn. The dataset stays denied."))
    return HttpResponseRedirect(reverse("request_page", args=[pk]) + "#appeal")


@require_POST
@signed_in
@idempotent_form
def request_revise(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """A new draft for what was denied, linked to this request."""
    drafted = commands.revise(find(request.actor, pk), starts_on=clock.today(), by=request.actor)
    messages.success(request, _("A new draft was created with what you wrote before. Change it, then submit it."))
    return HttpResponseRedirect(reverse("request_edit", args=[drafted.pk]))


def _item(found: AccessRequest, pk: UUID) -> Item:
    wanted = found.items.filter(pk=pk).select_related("committee", "dataset", "request").first()
    if wanted is None:
        raise NotFound(_("This request does not include that dataset."))
    return wanted

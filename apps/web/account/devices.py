"""Letting a program in: type the code that it shows, read what asks and for what, say yes or no (RFC 8628, 3.3)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import NotFound
from apps.core.identifiers import plain_user_code
from apps.identity.oidc.client_info import address_of
from apps.tokens.commands.devices import answer_device, find_device
from apps.tokens.models import DeviceRequest
from apps.tokens.queries import devices_of
from apps.tokens.rules import check_can_answer
from apps.web.account.forms import DeviceForm
from apps.web.account.tokens import scope_words
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.sign_in.step_up import freshly_signed_in


@require_page_or_form
@signed_in
@freshly_signed_in
def device(request: AuthenticatedRequest) -> HttpResponse:
    """The code, typed. An address that contains it fills it in and does nothing else: the person sends it.

    No key of the form here: a wrong code must stay counted, and typing a right one twice changes nothing.
    """
    if request.method != "POST":
        return render(request, "account/device.html", {"form": DeviceForm(initial=_from_address(request))})
    form = DeviceForm(request.POST)
    if form.is_valid():
        found = find_device(form.cleaned_data["user_code"], by=request.actor)
        if found is not None:
            return HttpResponseRedirect(reverse("device_answer", args=[found.pk]))
        form.add_error(
            "user_code", _("No device is waiting with this code. Check the code. A code is valid for ten minutes.")
        )
    return render(request, "account/device.html", {"form": form}, status=422)


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def device_answer(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """What asks, from where, since when and for what; then yes or no, once."""
    asked = devices_of(request.actor).filter(pk=pk).first()
    if asked is None:
        raise NotFound(_("This device request does not exist, or another person entered its code."))
    if request.method == "POST":
        return _answered(request, asked)
    check_can_answer(request.actor, asked)
    found: dict[str, Any] = {
        "asked": asked,
        "program": _name(asked),
        "scopes": scope_words(asked.scopes),
        "here": address_of(request),
    }
    return render(request, "account/device_answer.html", found)


def _answered(request: AuthenticatedRequest, asked: DeviceRequest) -> HttpResponse:
    """Only the value "allow" authorises it; anything else refuses."""
    approve = request.POST.get("answer") == "approve"
    answer_device(asked, approve=approve, by=request.actor)
    if approve:
        messages.success(request, _("%(name)s was authorised. You can return to your device.") % {"name": _name(asked)})
    else:
        messages.info(request, _("%(name)s was not authorised.") % {"name": _name(asked)})
    return HttpResponseRedirect(reverse("tokens"))


def _name(asked: DeviceRequest) -> str:
    return str(settings.SCRIPT_PROGRAMS.get(asked.client_id, asked.client_id))


def _from_address(request: AuthenticatedRequest) -> dict[str, str]:
    typed = request.GET.get("user_code", "")[:20]
    return {"user_code": plain_user_code(typed)} if typed else {}

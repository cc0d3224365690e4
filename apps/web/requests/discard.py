"""A draft request is discarded, after a page that says what is deleted."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.access_requests import commands, rules
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.requests.views import find


@require_page_or_form
@signed_in
@idempotent_form
def request_discard(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Say what is deleted; then discard a draft that was never submitted."""
    found = find(request.actor, pk)
    rules.check_can_discard(request.actor, found)
    if request.method == "POST":
        commands.discard(found, by=request.actor)
        messages.success(request, _("The draft request was discarded."))
        return redirect("my_requests")
    context = {"asked": found, "datasets": [item.dataset for item in found.items.select_related("dataset")]}
    return render(request, "requests/discard.html", context)

"""Pages on which a form is published or withdrawn, or its draft is discarded: first what it touches."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.forms import commands
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.forms.builder import managed_form
from apps.web.forms.presenters import Page


@require_page_or_form
@signed_in
@idempotent_form
def form_publish(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """The draft becomes a version that cannot be changed."""
    form = managed_form(request, slug, pk)
    if request.method == "POST":
        sent = request.POST.get("revision", "")
        version = commands.publish(form, revision=int(sent) if sent.isdecimal() else None, by=request.actor)
        messages.success(
            request, _("Version %(n)s is published. New requests use it from now on.") % {"n": version.number}
        )
        return redirect("form_builder", slug=slug, pk=pk)
    return render(request, "forms/publish.html", Page(form).context())


@require_page_or_form
@signed_in
@idempotent_form
def form_withdraw(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """No new request is asked this form."""
    form = managed_form(request, slug, pk)
    if request.method == "POST":
        commands.withdraw_form(form, by=request.actor)
        messages.success(request, _("The form was withdrawn. New requests no longer include it."))
        return redirect("committee_forms", slug=slug)
    return render(request, "forms/withdraw.html", Page(form).context())


@require_page_or_form
@signed_in
@idempotent_form
def form_discard(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """The draft is deleted; a form that was never published goes with it."""
    form = managed_form(request, slug, pk)
    if request.method == "POST":
        commands.discard_draft(form, by=request.actor)
        messages.success(request, _("The draft was discarded."))
        return redirect("committee_forms", slug=slug)
    return render(request, "forms/discard.html", Page(form).context())

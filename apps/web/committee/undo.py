"""The form that undoes a decision before it takes effect."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access_requests import commands
from apps.core.errors import WrongState
from apps.web.committee.after_vote import UndoForm
from apps.web.committee.case import _item, _moved, find, page
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form


@require_POST
@signed_in
@idempotent_form
def undo_decision(request: AuthenticatedRequest, pk: UUID, item: UUID) -> HttpResponse:
    """A voter or the chair undoes the decision before it takes effect."""
    asked = find(request, pk)
    wanted = _item(asked, item)
    form = UndoForm(request.POST, item=wanted.pk)
    refusals = FormRefusals(form, WrongState)
    if form.is_valid():
        with refusals:
            commands.undo_decision(wanted, why=form.cleaned_data["why"], by=request.actor)
            messages.success(
                request,
                _("You undid the decision. The votes are kept. All votes are counted when the next one is cast."),
            )
            return redirect(f"{reverse('case', args=[pk])}#vote-{wanted.pk}")
    if isinstance(refusals.refusal, WrongState):
        return _moved(request, asked, refusals.refusal, form)
    return page(request, asked, undo_forms={wanted.pk: form}, status=422)

"""Messages about a case from a committee: to the applicant's side too, or to the committee only."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access_requests import queries_thread
from apps.core.errors import UploadTooLarge, WrongState
from apps.web.committee import case
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.thread_rows import MessageForm, send


@require_POST
@signed_in
@idempotent_form
def case_message(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """A member writes a message; without another choice only their committee reads it."""
    asked = case.find(request, pk)
    form = MessageForm(request.POST, request.FILES, reader=queries_thread.reader_of(request.actor, asked))
    refusals = FormRefusals(form, WrongState, UploadTooLarge)
    if form.is_valid():
        with refusals:
            send(asked, form, by=request.actor)
            messages.success(request, _("Message sent."))
            return redirect(f"{reverse('case', args=[pk])}#messages")
    return case.page(request, asked, message_form=form, status=refusals.status)

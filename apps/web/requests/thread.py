"""Messages about a request from the applicant's side, and withdrawing one from either side."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access_requests import commands, queries_thread
from apps.core.errors import NotFound, UploadTooLarge, WrongState
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.requests import views
from apps.web.thread_rows import MessageForm, send


@require_POST
@signed_in
@idempotent_form
def request_message(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The applicant or a project member writes to the committees."""
    found = views.find(request.actor, pk)
    form = MessageForm(request.POST, request.FILES, reader=queries_thread.Reader(found, is_party=True))
    refusals = FormRefusals(form, WrongState, UploadTooLarge)
    if form.is_valid():
        with refusals:
            send(found, form, by=request.actor)
            messages.success(request, _("Message sent."))
            return HttpResponseRedirect(f"{reverse('request_page', args=[pk])}#messages")
    return views.page(request, found, message_form=form, status=refusals.status)


@require_POST
@signed_in
@idempotent_form
def message_withdraw(request: AuthenticatedRequest, pk: UUID, message: UUID) -> HttpResponse:
    """The author takes a message back; the page of their side of the request is shown again."""
    found = views.find(request.actor, pk)
    reader = queries_thread.reader_of(request.actor, found)
    wanted = queries_thread.messages_of(reader).select_related("request").filter(pk=message).first()
    if wanted is None:
        raise NotFound(_("This message does not exist, or you are not allowed to see it."))
    commands.withdraw_message(wanted, by=request.actor)
    messages.success(request, _("The message was withdrawn."))
    return HttpResponseRedirect(f"{reverse('request_page' if reader.is_party else 'case', args=[pk])}#messages")

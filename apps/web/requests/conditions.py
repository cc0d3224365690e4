"""The form that reports a condition of an approval as met."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access_requests import commands
from apps.access_requests.models import AccessRequest, Condition
from apps.core.errors import NotFound, UploadTooLarge, WrongState
from apps.people.models import Person
from apps.web import document_forms
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.condition_rows import ReportForm
from apps.web.requests import views


@require_POST
@signed_in
@idempotent_form
def report_condition(request: AuthenticatedRequest, pk: UUID, condition: UUID) -> HttpResponse:
    """The applicant or a project member reports that a condition is met."""
    found = views.find(request.actor, pk)
    wanted = Condition.objects.filter(item__request=found, pk=condition).select_related("item__request").first()
    if wanted is None:
        raise NotFound(_("This condition does not exist."))
    form = ReportForm(request.POST, request.FILES, condition=wanted.pk)
    refusals = FormRefusals(form, WrongState, UploadTooLarge)
    if form.is_valid():
        with refusals:
            _report(found, wanted, form, by=request.actor)
            messages.success(request, _("Reported. The committee reviews whether the condition is met."))
            return HttpResponseRedirect(f"{reverse('request_page', args=[pk])}#conditions")
    return views.page(request, found, condition_forms={wanted.pk: form}, status=refusals.status)


@transaction.atomic
def _report(found: AccessRequest, condition: Condition, form: ReportForm, *, by: Person) -> None:
    """The report and its document, both or neither."""
    report = commands.report_condition(condition, note=form.cleaned_data["note"], by=by)
    file = form.cleaned_data.get("file")
    if file:
        commands.attach(found, **document_forms.sent(file), message=report.message, by=by)

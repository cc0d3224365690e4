"""A request as a file: what was submitted as PDF and JSON, and a draft from such JSON."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.access_requests import commands, imported, submitted
from apps.access_requests.models import AccessRequest
from apps.access_requests.rules_after import check_can_read_submitted
from apps.core.errors import Invalid, NotFound
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.requests.views import find

MEDIA_TYPES = {"json": "application/json", "pdf": "application/pdf"}


class ImportForm(forms.Form):
    """The file of a request."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("Use the file that “Request as JSON” on the page of a request downloads, at most 1 MB."),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("The file is empty.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )


@require_safe
@signed_in
def request_file(request: AuthenticatedRequest, pk: UUID, number: int, kind: str) -> HttpResponse:
    """What was submitted in this round, as PDF or JSON."""
    found = find(request.actor, pk)
    check_can_read_submitted(request.actor, found)
    seen = found.rounds.filter(number=number).first()
    if seen is None or kind not in MEDIA_TYPES:
        raise NotFound(_("This file does not exist."))
    written = submitted.document(found, seen, request.actor)
    content = submitted.as_pdf(written) if kind == "pdf" else submitted.as_json(written)
    answer = HttpResponse(content, content_type=MEDIA_TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{found.reference}-round-{number}.{kind}"'
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@require_page_or_form
@signed_in
@idempotent_form
def request_import(request: AuthenticatedRequest) -> HttpResponse:
    """A draft from the JSON of a request; a file of another shape is refused, field by field."""
    if request.method != "POST":
        return _page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    content = form.cleaned_data["file"].read(imported.MOST_BYTES + 1)
    made: list[AccessRequest] = []

    def read() -> None:
        made.append(commands.import_request(imported.parsed(content), by=request.actor))

    refusal = refusal_of(read, Invalid)
    if isinstance(refusal, Invalid):
        wrong = list(refusal.fields.items()) or [("file", refusal.sentence)]
        return _page(request, ImportForm(), refusal=refusal.sentence, wrong=wrong, status=422)
    messages.success(request, _("A draft was created from the file. Check it, then submit it."))
    return redirect("request_edit", pk=made[0].pk)


def _page(request: AuthenticatedRequest, form: ImportForm, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "requests/import.html", {"form": form, **more}, status=status)

"""A form as a JSON file: exported, and imported into the draft after a comparison."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.core.errors import NotFound, WrongState
from apps.forms import commands
from apps.forms.comparison import compare
from apps.forms.definition import to_json
from apps.forms.parsing import FIELD, MOST_BYTES, from_text
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import CleanTextField, FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.form_changes import shown
from apps.web.forms.builder import managed_form
from apps.web.forms.presenters import Page


class ImportForm(forms.Form):
    """The JSON of a form, typed or as a file."""

    definition = CleanTextField(
        label=gettext_lazy("Form as JSON"), required=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )  # fmt: skip
    file = forms.FileField(label=gettext_lazy("JSON file"), required=False)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        file = facts.get("file")
        if file is not None and file.size <= MOST_BYTES:
            facts[FIELD] = file.read().decode("utf-8", "replace")
        if not facts.get(FIELD):
            self.add_error(FIELD, _("Paste a form as JSON, or choose a file of at most 1 MB."))
        return facts


@require_page_or_form
@signed_in
@idempotent_form
def form_import(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """The comparison with the present draft comes first; the second sending of the same JSON changes the draft."""
    form = managed_form(request, slug, pk)
    page = Page(form)
    sent = ImportForm(request.POST or None, request.FILES or None)
    found: dict[str, Any] = {"form": sent}
    refusals = FormRefusals(sent, WrongState)
    if request.method == "POST" and sent.is_valid():
        with refusals:
            definition = from_text(sent.cleaned_data[FIELD])
            if "confirm" in request.POST:
                revision = request.POST.get("revision", "")
                number = int(revision) if revision.isdecimal() else None
                commands.change_draft(form, definition=definition, revision=number, by=request.actor)
                messages.success(request, _("Imported into the draft. Publish it when you have checked it."))
                return redirect("form_builder", slug=slug, pk=pk)
            found["text"] = json.dumps(to_json(definition), ensure_ascii=False, indent=1)
            found["compared"] = [shown(one, page.use) for one in compare(page.definition, definition)]
    status = refusals.status if sent.errors else 200
    return render(request, "forms/import.html", page.context() | found, status=status)


@require_safe
@signed_in
def form_export(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """The draft, or the version with the number in `version`, as a JSON file."""
    form = managed_form(request, slug, pk)
    wanted = request.GET.get("version", "")
    versions = form.versions.all()
    version = next((one for one in versions if not wanted or str(one.number) == wanted), None)
    if version is None:
        raise NotFound(_("This version does not exist."))
    text = json.dumps(to_json(version.read), ensure_ascii=False, indent=1) + "\n"
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="form-{form.pk}-version-{version.number}.json"'
    return answer

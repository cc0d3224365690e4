"""Files of a draft: uploaded with and without script, removed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from apps.core.errors import DomainError, Invalid, Unavailable
from apps.core.sizes import size_in_words
from apps.datasets import commands, rules
from apps.datasets.models import Distribution, Version
from apps.datasets.queries import files_visible_to
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.errors import wants_json
from apps.web.common.forms import FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.datasets.forms import RemoveForm
from apps.web.datasets.views import managed, version_of, workshop_page


@require_POST
@signed_in
def upload(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Keep the files of one POST, each on its own: one that is refused does not take the others with it.

    There is no idempotency key: a file's name stands once in a version, so the same file sent twice is refused.
    """
    dataset = managed(request, slug)
    version = version_of(dataset, request, number)
    sent = request.FILES.getlist("file")
    if wants_json(request):
        return _answer_script(request, version, sent)
    refusals = [refusal for file in sent for refusal in _kept(request, version, file)]
    if not sent:
        refusals = [_no_file()]
    kept = len(sent) - len(refusals)
    if refusals:
        said = [refusal.sentence for refusal in refusals]
        answer = workshop_page(request, dataset, refused=said, status=refusals[0].status)
        if answer.status_code == Unavailable.status:
            answer["Retry-After"] = str(Unavailable.retry_after)
        return answer
    messages.success(request, ngettext("%(n)s file was uploaded.", "%(n)s files were uploaded.", kept) % {"n": kept})
    return redirect("managed_dataset", slug=dataset.slug)


def _answer_script(request: AuthenticatedRequest, version: Version, sent: list[Any]) -> HttpResponse:
    """For upload.js: 201 with the file as it was kept, or a problem document."""
    if len(sent) != 1:
        raise _no_file()
    file = _keep(request, version, sent[0])
    return JsonResponse({"id": str(file.pk), "name": file.name, "size": file.size, "checked": False}, status=201)


def _no_file() -> Invalid:
    return Invalid(_("Choose one file that has a name."), field="file")


def _kept(request: AuthenticatedRequest, version: Version, sent: UploadedFile) -> list[DomainError]:
    """Keep one of several files; what went wrong comes back with the file's name in front."""
    refusal = refusal_of(lambda: _keep(request, version, sent))
    if refusal is None:
        return []
    refusal.sentence = f"{sent.name}: {refusal.sentence}"
    return [refusal]


def _keep(request: AuthenticatedRequest, version: Version, sent: UploadedFile) -> Distribution:
    trouble = getattr(sent, "trouble", "")
    if trouble == "no-room":
        raise Unavailable(_("There is not enough storage space for this file, so it was not saved. Try again later."))
    if trouble == "too-large":
        raise rules.too_large()
    alone = len(request.FILES.getlist("file")) == 1
    name = request.POST.get("name", "") if alone else ""
    return commands.add_file(
        version,
        name=name or getattr(sent, "sent_name", None) or sent.name or "",
        content=sent.file,  # type: ignore[arg-type]
        size=sent.size or 0,
        declared=_declared(request.POST.get("declared_size", "")) if alone else None,
        replace="replace" in request.POST,
        by=request.actor,
    )


def _declared(text: str) -> int | None:
    """The size that was announced; something that is no number was announced wrongly."""
    if not text:
        return None
    try:
        return int(text)
    except ValueError as fault:
        raise Invalid(_("The declared file size is not a number."), field="file") from fault


@require_page_or_form
@signed_in
@idempotent_form
def remove(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """Say what is removed; then take the file out of the draft."""
    dataset = managed(request, slug)
    file = files_visible_to(request.actor).filter(version__dataset=dataset, pk=pk).first()
    if file is None:  # gone already is as good
        return redirect("managed_dataset", slug=dataset.slug)
    rules.check_draft(file.version)
    form = RemoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            commands.remove_file(file, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("%(name)s was removed from the draft.") % {"name": file.name})
            return redirect("managed_dataset", slug=dataset.slug)
    found = {
        "dataset": dataset,
        "heading": _("Remove %(name)s?") % {"name": file.name},
        "here": _("Remove file"),
        "button": _("Remove file"),
        "back": reverse("managed_dataset", args=[dataset.slug]),
        "touches": _what_goes(file),
        "form": form,
    }
    return render(request, "datasets/remove.html", found, status=422 if form.errors else 200)


def _what_goes(file: Distribution) -> list[str]:
    """What removing a file of a draft touches, and what it does not."""
    size, number = size_in_words(file.size), file.version.number
    lines = [_("%(name)s (%(size)s) is removed from the draft of version %(number)s.")
             % {"name": file.name, "size": size, "number": number}]  # fmt: skip
    elsewhere = Distribution.objects.filter(storage_key=file.storage_key).exclude(pk=file.pk)
    if elsewhere.exists():
        lines.append(_("The file remains in the published versions that contain it."))
    else:
        lines.append(_("The uploaded file is deleted. To get it back, upload it again."))
    return lines

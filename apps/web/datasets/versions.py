"""Versions of a dataset: a draft is started or discarded, published, withdrawn."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from apps.core.sizes import size_in_words
from apps.datasets import commands, rules
from apps.datasets.models import Dataset, Distribution, Version
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.datasets.forms import PublishForm, ReasonForm
from apps.web.datasets.views import managed, version_of
from apps.web.sign_in.step_up import deed_shown, freshly_signed_in, must_sign_in_again


@require_POST
@signed_in
@idempotent_form
def start(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """A draft after the newest version, with its files."""
    dataset = managed(request, slug)
    version = commands.start_version(dataset, by=request.actor)
    messages.success(request, _("The draft of version %(number)s was created.") % {"number": version.number})
    return redirect("managed_dataset", slug=dataset.slug)


@require_page_or_form
@signed_in
@idempotent_form
def discard(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Say what is deleted; then discard a draft version."""
    dataset = managed(request, slug)
    version = version_of(dataset, request, number)
    rules.check_draft(version)
    if request.method == "POST":
        commands.discard_version(version, by=request.actor)
        messages.success(request, _("The draft of version %(number)s was discarded.") % {"number": number})
        return redirect("managed_dataset", slug=dataset.slug)
    files = list(version.distributions.all())
    size = size_in_words(sum(file.size for file in files))
    found = {
        "dataset": dataset,
        "heading": _("Discard the draft of version %(number)s?") % {"number": number},
        "button": _("Discard draft version"),
        "back": reverse("managed_dataset", args=[dataset.slug]),
        "warning": _("Only people with a role on the dataset have seen this draft."),
        "goes": [
            _("The draft of version %(number)s.") % {"number": number},
            ngettext("The list of its %(n)s file (%(size)s).", "The list of its %(n)s files (%(size)s).", len(files))
            % {"n": len(files), "size": size},
        ],
        "stays": [_("Every published version with its files."), _("The description and the use conditions.")],
    }
    return render(request, "datasets/discard.html", found)


@require_page_or_form
@signed_in
@idempotent_form
def publish(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Say what cannot be changed afterwards; then, once confirmed, publish."""
    dataset = managed(request, slug)
    version = version_of(dataset, request, number)
    version.check_can("publish")
    form = PublishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            commands.publish(version, embargo_until=form.cleaned_data["embargo_until"], by=request.actor)
            messages.success(request, _("Version %(number)s was published.") % {"number": version.number})
            return redirect("managed_dataset", slug=dataset.slug)
    files = list(version.distributions.all())
    found = _about(dataset, version, form) | {
        "missing": rules.missing_for_publication(version),
        "files": files,
        "bytes": sum(file.size for file in files),
        "first": dataset.listed_from is None,
        "same_as": _same_as(dataset, version, files),
    }
    return render(request, "datasets/publish.html", found, status=422 if form.errors else 200)


def _same_as(dataset: Dataset, version: Version, files: list[Distribution]) -> Version | None:
    """The version before it that has exactly the same files, so that publishing this one changes nothing."""
    before = dataset.versions.filter(number__lt=version.number, published_at__isnull=False).order_by("-number").first()
    if before is None:
        return None
    same = {(one.name, one.sha256) for one in before.distributions.all()} == {(one.name, one.sha256) for one in files}
    return before if same else None


def _withdrawal_shown(request: AuthenticatedRequest, slug: str, number: int) -> list[tuple[str, str]]:
    return deed_shown(request, _("Withdraw version"), (_("Dataset"), managed(request, slug)), (_("Version"), number))


@require_page_or_form
@signed_in
@freshly_signed_in(shows=_withdrawal_shown)
@idempotent_form
def withdraw(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Say what stops; then, with a reason, withdraw the version."""
    dataset = managed(request, slug)
    rules.check_is_owner(request.actor, dataset)
    version = version_of(dataset, request, number)
    version.check_can("withdraw")
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        reads=_("Shown on the page of this version. You cannot change it later."),
    )
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            commands.withdraw(version, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("Version %(number)s was withdrawn.") % {"number": version.number})
            return redirect("managed_dataset", slug=dataset.slug)
    found = _about(dataset, version, form) | {"asks_again": must_sign_in_again(request)}
    return render(request, "datasets/withdraw.html", found, status=422 if form.errors else 200)


def _about(dataset: Dataset, version: Version, form: Any) -> dict[str, Any]:
    back = reverse("managed_dataset", args=[dataset.slug])
    return {"dataset": dataset, "version": version, "form": form, "back": back}

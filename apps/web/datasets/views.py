"""A dataset that a person manages: created, described, discarded; its files and versions."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from apps.core.errors import NotFound, WrongState
from apps.core.sizes import size_in_words
from apps.datasets import commands, rules
from apps.datasets.conditions import explained
from apps.datasets.models import Dataset, Distribution, Version
from apps.datasets.queries import (
    is_owner,
    last_proposal,
    uses_of,
    versions_visible_to,
    visible_to,
)
from apps.datasets.states import VersionState
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.datasets.description_form import DescriptionForm
from apps.web.datasets.forms import NewDatasetForm


@require_page_or_form
@signed_in
@idempotent_form
def new(request: AuthenticatedRequest) -> HttpResponse:
    """A new dataset begins with a title; everything else follows on the next page."""
    rules.check_can_draft(request.actor)
    form = NewDatasetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            dataset = commands.draft(form.cleaned_data["title"], slug=form.cleaned_data["slug"], by=request.actor)
            messages.success(
                request, _("The dataset was created. Only people with a role on it can see it until it is published.")
            )
            return redirect("dataset_describe", slug=dataset.slug)
    return render(request, "datasets/new.html", {"form": form}, status=422 if form.errors else 200)


@require_page_or_form
@signed_in
@idempotent_form
def describe(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """What the dataset is, who may have it, and under which conditions. A draft may be saved before it is complete."""
    dataset, status = managed(request, slug), 200
    uses, draft = uses_of(dataset), dataset.listed_from is None
    if request.method == "POST":
        form = DescriptionForm(request.POST, uses=uses, complete=not (draft and "draft" in request.POST))
        refusals = FormRefusals(form, WrongState)
        if form.is_valid():
            with refusals:
                commands.describe(dataset, by=request.actor, **form.changes)
                messages.success(request, _("The description was saved."))
                return redirect("managed_dataset", slug=dataset.slug)
        status = refusals.status
    else:
        said = rules.description_of(dataset)
        said |= {"committee": str(said["committee"] or ""), "seen": rules.description_digest(dataset)}
        form = DescriptionForm(initial=said, uses=uses)
    found = {"dataset": dataset, "form": form, "draft": draft, "proposal": last_proposal(dataset)}
    return render(request, "datasets/describe.html", found | {"tabs": tabs(dataset, "describe")}, status=status)


@require_page_or_form
@signed_in
@idempotent_form
def discard(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Say what is deleted; then discard a dataset that was never published."""
    dataset = managed(request, slug)
    rules.check_can_discard(request.actor, dataset)
    if request.method == "POST":
        commands.discard(dataset, by=request.actor)
        messages.success(request, _("The dataset was discarded."))
        return redirect("my_datasets")
    files = Distribution.objects.filter(version__dataset=dataset).aggregate(n=Count("pk"), size=Sum("size", default=0))
    found = {
        "dataset": dataset,
        "heading": _("Discard this dataset?"),
        "button": _("Discard dataset"),
        "back": reverse("managed_dataset", args=[dataset.slug]),
        "warning": _("The dataset was never published, so nobody else has seen or requested it."),
        "goes": [
            _("The description and the use conditions."),
            ngettext("%(n)s file, %(size)s.", "%(n)s files, %(size)s.", files["n"])
            % {"n": files["n"], "size": size_in_words(files["size"])},
            _("The roles of the dataset owners and of everyone else who works on the dataset."),
            _("A proposal to a committee, if there is one."),
        ],
        "stays": [_("The event log still shows that the dataset was created and discarded, but not its text.")],
    }
    return render(request, "datasets/discard.html", found)


@require_safe
@signed_in
def workshop(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """What is still missing, the files of the draft, and every version there was."""
    return workshop_page(request, managed(request, slug))


def workshop_page(
    request: AuthenticatedRequest, dataset: Dataset, *, refused: list[str] | None = None, status: int = 200
) -> HttpResponse:
    """The workshop of a dataset; `refused` are sentences about files that were not taken."""
    versions = list(versions_visible_to(request.actor, dataset))
    draft = next((version for version in versions if version.state == VersionState.DRAFT), None)
    files = list(draft.distributions.all()) if draft else []
    checks = _checks(draft) if draft else []
    found = {
        "dataset": dataset,
        "tabs": tabs(dataset, "workshop"),
        "conditions": explained(uses_of(dataset)),
        "draft": draft,
        "files": files,
        "unchecked": sum(1 for file in files if not file.sha256),
        "bytes": sum(file.size for file in files),
        "checks": checks,
        "ready": draft is not None and all(check["ok"] for check in checks),
        "versions": [version for version in versions if version is not draft],
        "is_owner": is_owner(request.actor, dataset),
        "refused": refused or [],
        "proposal": last_proposal(dataset),
        "limits": limits(),
    }
    return render(request, "datasets/dataset.html", found, status=status)


def _checks(draft: Version) -> list[dict[str, Any]]:
    """What publication still asks for; one line of assent when nothing is missing."""
    missing = rules.missing_for_publication(draft)
    if not missing:
        return [{"ok": True, "sentence": _("Everything required for publishing is done.")}]
    return [{"ok": False, "sentence": sentence} for sentence in missing]


def managed(request: AuthenticatedRequest, slug: str) -> Dataset:
    """The dataset, if this person manages it; 403 if they may only know of it, 404 if not even that."""
    wanted = visible_to(request.actor).filter(slug=slug).select_related("committee", "institution").first()
    if wanted is None:
        raise NotFound(_("This dataset does not exist, or you are not allowed to see it."))
    rules.check_can_manage(request.actor, wanted)
    return wanted


def version_of(dataset: Dataset, request: AuthenticatedRequest, number: int) -> Version:
    """One version of a dataset that the person manages."""
    version = versions_visible_to(request.actor, dataset).filter(number=number).select_related("dataset").first()
    if version is None:
        raise NotFound(_("This version does not exist in the dataset."))
    return version


def tabs(dataset: Dataset, here: str) -> list[dict[str, Any]]:
    """The pages of one dataset, for components/tabs.html."""
    pages = [
        ("workshop", _("Files and versions"), "managed_dataset"),
        ("describe", _("Description"), "dataset_describe"),
        ("requests", _("Requests"), "dataset_requests"),
        ("users", _("Users"), "dataset_users"),
        ("people", _("People and roles"), "dataset_people"),
    ]
    return [
        {"label": label, "url": reverse(name, args=[dataset.slug]), "current": key == here}
        for key, label, name in pages
    ]


def limits() -> dict[str, Any]:
    """What an upload may have at most: bytes a file, files a version, files sent at once without script."""
    return {
        "bytes": settings.MAX_UPLOAD_BYTES,
        "files": number_format(settings.MAX_FILES_PER_VERSION, force_grouping=True),
        "at_once": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    }

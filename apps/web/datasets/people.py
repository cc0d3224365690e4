"""Who helps with a dataset."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import NotFound
from apps.datasets import commands, rules
from apps.datasets.models import Dataset
from apps.datasets.queries import is_owner, owners_of, removed_roles_of, role_holders_of
from apps.people.colleagues import find_colleague
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.datasets.forms import ROLE_NAMES, HelperForm, ReasonForm
from apps.web.datasets.views import managed, tabs
from apps.web.sign_in.step_up import deed_shown, freshly_signed_in, must_sign_in_again


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def people(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Everyone with a role; owners give roles."""
    dataset = managed(request, slug)
    form = HelperForm()
    if request.method == "POST":
        form = HelperForm(request.POST)
        if form.is_valid() and _given(request, dataset, form):
            return redirect("dataset_people", slug=dataset.slug)
    role_holders = role_holders_of(dataset)
    owners = sum(1 for holder in role_holders if holder.role == Dataset.OWNER and holder.person.is_active)
    found = {
        "dataset": dataset,
        "tabs": tabs(dataset, "people"),
        "rows": [
            {
                "person": holder.person,
                "role": holder.role,
                "label": ROLE_NAMES.get(holder.role, holder.role),
                "last_owner": holder.role == Dataset.OWNER and holder.person.is_active and owners == 1,
            }
            for holder in role_holders
        ],
        "is_owner": is_owner(request.actor, dataset),
        "form": form,
        "removals": [{"one": one, "label": ROLE_NAMES.get(one.role, one.role)} for one in removed_roles_of(dataset)],
    }
    return render(request, "datasets/people.html", found, status=422 if form.errors else 200)


def _given(request: AuthenticatedRequest, dataset: Dataset, form: HelperForm) -> bool:
    with FormRefusals(form):
        person = find_colleague(form.cleaned_data["code"], by=request.actor, field="code")
        commands.give_role(dataset, person=person, role=form.cleaned_data["role"], by=request.actor)
        messages.success(request, _("%(name)s now has a role on this dataset.") % {"name": person})
        return True
    return False


def _removal_shown(request: AuthenticatedRequest, slug: str, person: UUID, role: str) -> list[tuple[str, str]]:
    dataset = managed(request, slug)
    holder = next((one.person for one in role_holders_of(dataset) if one.person.pk == person), "")
    about = (_("Person"), holder), (_("Role"), ROLE_NAMES.get(role, role)), (_("Dataset"), dataset)
    return deed_shown(request, _("Remove role"), *about)


@require_page_or_form
@signed_in
@freshly_signed_in(shows=_removal_shown)
@idempotent_form
def remove(request: AuthenticatedRequest, slug: str, person: UUID, role: str) -> HttpResponse:
    """Say what a role gives; then, with a reason, remove it. The last owner stays."""
    dataset = managed(request, slug)
    rules.check_is_owner(request.actor, dataset)
    holder = next((one for one in role_holders_of(dataset) if (one.person.pk, one.role) == (person, role)), None)
    if holder is None:
        raise NotFound(_("This person does not have that role."))
    form = ReasonForm(request.POST if request.method == "POST" else None, reads=_("The person can read this reason."))
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            reason = form.cleaned_data["reason"]
            commands.remove_role(dataset, person=holder.person, role=role, reason=reason, by=request.actor)
            messages.success(request, _("The role of %(name)s was removed.") % {"name": holder.person})
            if holder.person.pk == request.actor.pk and role in Dataset.MANAGERS:
                return redirect("my_datasets")
            return redirect("dataset_people", slug=dataset.slug)
    name = {"name": holder.person, "role": ROLE_NAMES.get(role, role)}
    found = {
        "dataset": dataset,
        "heading": _("Remove the role of %(name)s?") % name,
        "here": _("Remove role"),
        "button": _("Remove role"),
        "back": reverse("dataset_people", args=[dataset.slug]),
        "touches": [_("%(name)s is no longer %(role)s of this dataset.") % name, *_what_ends(holder.role, dataset)],
        "form": form,
        "asks_again": must_sign_in_again(request),
    }
    return render(request, "datasets/remove.html", found, status=422 if form.errors else 200)


def _what_ends(role: str, dataset: Dataset) -> list[str]:
    """What a removed role touches, and what it does not."""
    lines = []
    if role == Dataset.OWNER:
        owners = owners_of(dataset).filter(is_active=True).count() - 1
        lines.append(
            _(
                "The other owners can countersign the agreements that are waiting for a countersignature. Number of "
                "other owners: %(n)s."
            )
            % {"n": owners}
        )
    if role in Dataset.MANAGERS:
        lines.append(_("Drafts, files and users stay as they are. The other owners and data stewards manage them."))
    lines.append(_("Access that the person was granted through a request does not change."))
    return lines

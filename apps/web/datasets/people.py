"""Who helps with a dataset."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.errors import Invalid, NotFound
from apps.datasets import commands
from apps.datasets.models import Dataset
from apps.datasets.queries import is_owner, role_holders_of
from apps.people.colleagues import find_colleague
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.datasets.forms import ROLE_NAMES, HelperForm
from apps.web.datasets.views import managed, tabs
from apps.web.sign_in.step_up import freshly_signed_in


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def people(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Everyone with a role; owners give roles and end them."""
    dataset = managed(request, slug)
    form = HelperForm()
    if request.method == "POST":
        if request.POST.get("action") == "take":
            return _take(request, dataset)
        form = HelperForm(request.POST)
        if form.is_valid() and _given(request, dataset, form):
            return redirect("dataset_people", slug=dataset.slug)
    return _page(request, dataset, form)


def _page(request: AuthenticatedRequest, dataset: Dataset, form: HelperForm, refused: str = "") -> HttpResponse:
    role_holders = role_holders_of(dataset)
    owners = sum(1 for holder in role_holders if holder.role == Dataset.OWNER)
    found = {
        "dataset": dataset,
        "tabs": tabs(dataset, "people"),
        "rows": [
            {
                "person": holder.person,
                "role": holder.role,
                "label": ROLE_NAMES.get(holder.role, holder.role),
                "last_owner": holder.role == Dataset.OWNER and owners == 1,
            }
            for holder in role_holders
        ],
        "is_owner": is_owner(request.actor, dataset),
        "form": form,
        "refused": refused,
    }
    return render(request, "datasets/people.html", found, status=422 if form.errors or refused else 200)


def _given(request: AuthenticatedRequest, dataset: Dataset, form: HelperForm) -> bool:
    with FormRefusals(form):
        person = find_colleague(form.cleaned_data["code"], by=request.actor, field="code")
        commands.give_role(dataset, person=person, role=form.cleaned_data["role"], by=request.actor)
        messages.success(request, _("%(name)s now has a role on this dataset.") % {"name": person})
        return True
    return False


def _take(request: AuthenticatedRequest, dataset: Dataset) -> HttpResponse:
    """End one role of one person; the last owner stays."""
    wanted = (request.POST.get("person", ""), request.POST.get("role", ""))
    holder = next((one for one in role_holders_of(dataset) if (str(one.person.pk), one.role) == wanted), None)
    if holder is None:
        raise NotFound(_("This person does not have that role."))
    refusal = refusal_of(
        lambda: commands.remove_role(dataset, person=holder.person, role=holder.role, by=request.actor), Invalid
    )
    if refusal is not None:
        return _page(request, dataset, HelperForm(), refused=refusal.sentence)
    messages.success(request, _("The role of %(name)s was removed.") % {"name": holder.person})
    if holder.person.pk == request.actor.pk and holder.role in Dataset.MANAGERS:
        return redirect("my_datasets")
    return redirect("dataset_people", slug=dataset.slug)

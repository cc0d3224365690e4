"""A new owner for a dataset whose owners have all left."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.errors import NotFound
from apps.datasets import commands, rules
from apps.datasets.models import Dataset
from apps.people.colleagues import find_colleague
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form
from apps.web.datasets.forms import OwnerForm
from apps.web.sign_in.step_up import freshly_signed_in


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def dataset_owner(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """A signing official of the institution or an operator names the owner."""
    dataset = Dataset.objects.select_related("institution").filter(slug=slug).first()
    if dataset is None or refusal_of(lambda: rules.check_can_name_owner(request.actor, dataset)) is not None:
        raise NotFound(_("This dataset does not exist, or it has an owner who manages it."))
    form = OwnerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            person = find_colleague(form.cleaned_data["person"], by=request.actor, field="person")
            commands.name_owner(dataset, person=person, by=request.actor)
            messages.success(request, _("%(name)s now owns this dataset.") % {"name": person})
            return redirect("home")
    context = {"dataset": dataset, "form": form}
    return render(request, "datasets/owner.html", context, status=422 if form.errors else 200)

"""A committee of another institution accepts a dataset before it decides on access, or declines it."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.errors import NotFound
from apps.datasets import commands, rules
from apps.datasets.conditions import explained
from apps.datasets.models import CommitteeProposal, Version
from apps.datasets.queries import owners_of, proposals_visible_to, uses_of
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.datasets.forms import AnswerForm
from apps.web.datasets.views import managed


@require_page_or_form
@signed_in
@idempotent_form
def proposal(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """What the chair reads of a dataset before accepting or declining it; the committee sees no other draft page.

    After the answer the page says what it was, and nothing more of a dataset that may still be a draft.
    """
    found = _proposal(proposals_visible_to(request.actor), pk)
    rules.check_can_answer_proposal(request.actor, found)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            if form.cleaned_data["answer"] == "accept":
                commands.accept_dataset(found, by=request.actor)
                messages.success(request, _("Your committee now decides on requests for this dataset."))
            else:
                commands.decline_dataset(found, reason=form.cleaned_data["reason"], by=request.actor)
                messages.success(request, _("The dataset was declined. Its owner was notified with your reason."))
            return redirect("dataset_proposal", pk=found.pk)
    dataset, is_open = found.dataset, found.outcome == CommitteeProposal.Outcome.AWAITING
    version = Version.objects.filter(dataset=dataset).order_by("-number").first() if is_open else None
    context = {
        "proposal": found,
        "open": is_open,
        "dataset": dataset,
        "conditions": explained(uses_of(dataset)),
        "owners": list(owners_of(dataset).select_related("institution")),
        "files": list(version.distributions.order_by("name")[:50]) if version is not None else [],
        "form": form,
    }
    return render(request, "datasets/proposal.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
@idempotent_form
def withdraw(request: AuthenticatedRequest, slug: str, pk: UUID) -> HttpResponse:
    """Stop asking the committee; the owner then chooses another one."""
    dataset = managed(request, slug)
    found = _proposal(CommitteeProposal.objects.filter(dataset=dataset), pk)
    commands.withdraw_proposal(found, by=request.actor)
    messages.success(request, _("The proposal was withdrawn. Choose another committee before you publish."))
    return redirect("managed_dataset", slug=dataset.slug)


def _proposal(rows: QuerySet[CommitteeProposal], pk: UUID) -> CommitteeProposal:
    related = ("dataset__institution", "committee", "proposed_by__institution", "answered_by")
    found = rows.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This proposal does not exist, or you are not allowed to see it."))
    return found

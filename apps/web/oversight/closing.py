"""An operator closes the account of a person, after reading what this touches."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.access_requests.models import AccessRequest
from apps.access_requests.states import UNDER_REVIEW, RequestState
from apps.agreements.models import Agreement
from apps.agreements.states import AgreementState
from apps.committees.models import CommitteeMember
from apps.core.errors import Denied
from apps.datasets.queries import solely_owned_by
from apps.downloads.queries import links_that_open
from apps.grants.models import AccessGrant
from apps.grants.reach import not_over
from apps.identity.commands.identities import close_account
from apps.identity.rules import check_open
from apps.people.models import Person
from apps.people.queries import institutions_signed_for
from apps.people.rules import check_operator
from apps.tokens.models import PersonalToken
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.common.reason_form import FullReasonForm
from apps.web.oversight.person_record import person_in_sight
from apps.web.sign_in.step_up import freshly_signed_in


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def person_close(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """A page that says what closing the account touches and asks why; then it is closed."""
    person, _sight = person_in_sight(request, code)
    check_operator(request.actor)
    if person.pk == request.actor.pk:
        raise Denied(_("You cannot close your own account. Ask another operator to close it."))
    check_open(person)
    form = FullReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            close_account(person, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("The account was closed."))
            return redirect("person_record", code=person.code)
    context = {"person": person, "form": form, "touched": touched(person)}
    return render(request, "oversight/close_account.html", context, status=422 if form.errors else 200)


def touched(person: Person) -> dict[str, Any]:
    """What closing this account ends, pauses or leaves without anybody."""
    requests = AccessRequest.objects.filter(applicant=person)
    waiting = requests.filter(state__in=[*UNDER_REVIEW, RequestState.RETURNED])
    unsigned = Agreement.objects.filter(item__request__applicant=person, state=AgreementState.OFFERED)
    return {
        "requests": waiting.order_by("submitted_at", "pk"),
        "agreements": unsigned.select_related("item__dataset").order_by("offered_at", "pk"),
        "grants": not_over(AccessGrant.objects.filter(holder=person)).select_related("dataset"),
        "links": links_that_open(person).count(),
        "tokens": PersonalToken.objects.alive().filter(person=person).count(),
        "memberships": CommitteeMember.objects.active().filter(person=person).select_related("committee"),
        "datasets": solely_owned_by(person),
        "institutions": institutions_signed_for(person),
    }

"""The page Set up: what is missing, one next action each; and how a new portal gets its first operator."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.errors import NotFound
from apps.people.commands.first_operator import become_first_operator
from apps.people.models import OperatorCode
from apps.people.rules import check_can_set_up
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.set_up.forms import FirstOperatorForm
from apps.web.set_up.server import server_findings
from apps.web.set_up.steps import steps, to_do
from apps.web.sign_in.step_up import freshly_signed_in


@require_safe
@signed_in
def set_up(request: AuthenticatedRequest) -> HttpResponse:
    """What the portal needs before a dataset can be requested, done or not, in order."""
    check_can_set_up(request.actor)
    found = steps()
    open_ones = to_do(found)
    required = [step for step in found if step.required]
    context = {
        "steps": found,
        "to_do": open_ones,
        "next": open_ones[0] if open_ones else None,
        "done": len(required) - len(open_ones),
        "required": len(required),
        "server": server_findings(),
    }
    return render(request, "set_up/set_up.html", context)


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def first_operator(request: AuthenticatedRequest) -> HttpResponse:
    """Whoever enters the code that the command line printed becomes the first operator; without a code, no page."""
    if not OperatorCode.objects.alive().exists():
        raise NotFound(_("There is no page at this address."))
    form = FirstOperatorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            become_first_operator(form.cleaned_data["code"], by=request.actor)
            messages.success(request, _("You are an operator of this portal for a year."))
            return redirect("set_up")
    return render(request, "set_up/first_operator.html", {"form": form}, status=422 if form.errors else 200)

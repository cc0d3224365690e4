"""What a chair sets about the time after a decision: to undo it, and to appeal a denial."""

from typing import Any

from django import forms
from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests import commands
from apps.committees.models import Committee
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.forms import CleanTextField, FormRefusals


class AfterDecisionForm(forms.Form):
    """For how long a decision can be undone, and a denial appealed."""

    use_required_attribute = False

    undo_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes to undo a decision"),
        help_text=gettext_lazy(
            "For this long, eligible voters and the chair can undo a decision, and nobody outside the committee "
            "sees it. Enter 0 to 60. With 0, decisions take effect at once."
        ),
        widget=forms.NumberInput(attrs={"min": 0, "max": 60}),
        error_messages={"required": gettext_lazy("Enter 0 to 60 minutes."), "invalid": gettext_lazy("Enter a number.")},
    )
    appeal_days = forms.IntegerField(
        label=gettext_lazy("Days to appeal a denial"),
        help_text=gettext_lazy("The applicant can appeal each denial once. Enter 1 to 365."),
        widget=forms.NumberInput(attrs={"min": 1, "max": 365}),
        error_messages={"required": gettext_lazy("Enter 1 to 365 days."), "invalid": gettext_lazy("Enter a number.")},
    )
    appeal_text = CleanTextField(
        label=gettext_lazy("How to appeal"),
        help_text=gettext_lazy(
            "Applicants see this text above the appeal form. For example, say what an appeal should contain."
        ),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def begun(committee: Committee) -> AfterDecisionForm:
    """The form with what is set now."""
    names = ("undo_minutes", "appeal_days", "appeal_text")
    return AfterDecisionForm(initial={name: getattr(committee, name) for name in names}, auto_id="after-%s")


def set_after_decision(request: AuthenticatedRequest, committee: Committee) -> dict[str, Any]:
    """Save what was sent; the form by its name in the context if it was not taken."""
    form = AfterDecisionForm(request.POST, auto_id="after-%s")
    if form.is_valid():
        with FormRefusals(form):
            commands.set_after_decision(committee, by=request.actor, **form.cleaned_data)
            messages.success(request, _("Saved. The settings apply to decisions made from now on."))
            return {}
    return {"after_form": form}

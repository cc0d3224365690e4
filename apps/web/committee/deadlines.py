"""The page on which a chair chooses the deadlines of a committee: calendar, period, extension, time to answer."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.committees.clock_settings import clock_facts
from apps.committees.clocks import closing_days
from apps.committees.commands_clock import set_clock
from apps.committees.models import Committee
from apps.core import zones
from apps.core.editing import fingerprint
from apps.core.errors import WrongState
from apps.web.committee.manage import managed_committee
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import CleanTextField, FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.sign_in.step_up import freshly_signed_in

NUMBER = {"required": gettext_lazy("Enter a number.")}


class ClosingDaysField(CleanTextField):
    """One day or one period on each line."""

    def clean(self, value: Any) -> list[date]:
        text = super().clean(value) or ""
        try:
            return list(closing_days.parse(text))
        except closing_days.WrongLine as wrong:
            raise forms.ValidationError(
                _(
                    "Enter a day such as 2026-12-24, or a period such as 2026-12-23 to 2027-01-03. Check the line: "
                    "%(line)s"
                )
                % {"line": wrong.line[:60]}
            ) from None


class DeadlinesForm(forms.Form):
    """What a committee chooses about its clock; the rule names what does not go together."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    clock_amount = forms.IntegerField(label=gettext_lazy("Decide within"), error_messages=NUMBER)
    clock_unit = forms.ChoiceField(
        label=gettext_lazy("Unit of the time to decide"), choices=Committee.ClockUnit.choices, widget=forms.RadioSelect
    )
    calendar = CleanTextField(
        label=gettext_lazy("Holiday calendar"),
        help_text=gettext_lazy(
            "Country (ISO 3166-1) or region (ISO 3166-2), for example DK or DE-BY. If you leave it empty, no day "
            "counts as a holiday."
        ),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"size": 8, "autocapitalize": "characters", "spellcheck": "false"}),
    )
    closing_days = ClosingDaysField(
        label=gettext_lazy("Closing days"),
        help_text=gettext_lazy(
            "Other days on which the committee does not work. Enter one day or period on each line, for example "
            "2026-12-24 or 2026-12-23 to 2027-01-03."
        ),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=[(name, name.replace("_", " ")) for name in zones.names()],
        help_text=gettext_lazy("A day starts at midnight in this time zone."),
    )  # fmt: skip
    extension_amount = forms.IntegerField(
        label=gettext_lazy("Longest extension"),
        help_text=gettext_lazy(
            "In the same unit. Enter 0 if reviews cannot be extended. A review can be extended only once."
        ),
        error_messages=NUMBER,
    )
    fast_amount = forms.IntegerField(
        label=gettext_lazy("Fast track: decide within"),
        help_text=gettext_lazy(
            "In the same unit. Enter 0 if there is no fast track. The chair decides which requests use it."
        ),
        error_messages=NUMBER,
    )
    fast_extension_amount = forms.IntegerField(
        label=gettext_lazy("Longest extension on the fast track"), error_messages=NUMBER
    )
    answer_amount = forms.IntegerField(
        label=gettext_lazy("Time for the applicant to answer"),
        help_text=gettext_lazy(
            "After the committee requests changes. Enter 0 for no limit. Until the applicant answers, the clock "
            "is paused. Without an answer in this time, the request is closed; the applicant is reminded before."
        ),
        error_messages=NUMBER,
    )
    answer_unit = forms.ChoiceField(
        label=gettext_lazy("Unit of the time to answer"),
        choices=Committee.AnswerUnit.choices,
        widget=forms.RadioSelect,
    )
    remind_days = forms.IntegerField(
        label=gettext_lazy("Remind members before the due date"),
        help_text=gettext_lazy(
            "Number of days, counted in the same way as the time to decide. Enter 0 for no reminder."
        ),
        error_messages=NUMBER,
    )
    shows_members = forms.BooleanField(
        label=gettext_lazy("Show the names of the members on the public page"), required=False
    )

    def clean_calendar(self) -> str:
        return str(self.cleaned_data["calendar"]).strip().upper()


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def deadlines(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The deadlines of reviews that start from now on."""
    committee = managed_committee(request, slug)
    facts = clock_facts(committee)
    shown = {**facts, "closing_days": closing_days.written(facts["closing_days"]), "seen": fingerprint(facts)}
    form = DeadlinesForm(request.POST or None, initial=shown)
    refusals = FormRefusals(form, WrongState)
    if request.method == "POST" and form.is_valid():
        with refusals:
            chosen = dict(form.cleaned_data)
            set_clock(committee, seen=chosen.pop("seen"), chosen=chosen, by=request.actor)
            messages.success(request, _("The deadlines were saved. Reviews that have started keep their deadlines."))
            return redirect("committee_manage", slug=slug)
    status = refusals.status if form.errors else 200
    return render(request, "committee/deadlines.html", {"committee": committee, "form": form}, status=status)

"""What auditors and operators fill in."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.web.common.forms import CleanTextField
from apps.web.common.time_zone import with_zone


class AccessAtForm(forms.Form):
    """A dataset, a moment in the past and, if wanted, one person."""

    dataset = CleanTextField(
        label=_("Dataset"),
        max_length=200,
        help_text=_("Words from the title."),
        error_messages={"required": _("Enter words from the title of a dataset.")},
    )
    person = forms.CharField(
        label=_("Person"),
        max_length=200,
        required=False,
        help_text=_("Name, e-mail address, ORCID iD or colleague code."),
    )
    at = forms.DateTimeField(
        label=with_zone(_("Date and time")),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
        error_messages={
            "required": _("Enter a date and a time."),
            "invalid": _("Enter a date and a time, for example 2027-01-31 12:00."),
        },
    )

    def clean_at(self) -> datetime:
        """A moment that has passed: what will be allowed is not known."""
        at: datetime = self.cleaned_data["at"]
        if at > clock.now():
            raise forms.ValidationError(_("This time is in the future. Enter the current time or an earlier one."))
        return at


class StopDownloadsForm(forms.Form):
    """Why every download stops."""

    reason = CleanTextField(
        label=_("Reason"),
        help_text=_("Operators see it on this page, also after downloads resume. Do not enter names of people."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a reason in one sentence.")},
    )

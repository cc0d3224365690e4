"""What auditors and operators fill in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.common.forms import CleanTextField


class StopDownloadsForm(forms.Form):
    """Why every download stops."""

    reason = CleanTextField(
        label=_("Reason"),
        help_text=_("Shown in the list of emergency stops. Do not enter names of people."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a reason in one sentence.")},
    )

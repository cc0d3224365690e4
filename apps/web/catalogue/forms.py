"""What visitors may ask of the page "Your access"."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.common.time_zone import with_zone


class WhyForm(forms.Form):
    """The moment to ask about, and (for those who manage the dataset) the person."""

    at = forms.DateTimeField(
        label=with_zone(_("Date and time")),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
        help_text=_("Leave this empty to check access now."),
    )
    person = forms.CharField(
        label=_("Colleague code"),
        required=False,
        max_length=20,
        help_text=_("You manage this dataset, so you can check the access of another person."),
    )

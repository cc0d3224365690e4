"""What auditors and operators fill in."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.audit.queries import kinds
from apps.web.common.forms import CleanTextField


def _kinds() -> list[tuple[str, str]]:
    return [("", gettext("All types")), *((kind, kind) for kind in kinds())]


class EventFilter(forms.Form):
    """Which part of the log to read."""

    kind = forms.ChoiceField(label=_("Type"), choices=_kinds, required=False)
    actor = forms.UUIDField(
        label=_("Who (ID)"),
        required=False,
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off"}),
        error_messages={"invalid": _("Enter an ID, for example 123e4567-e89b-12d3-a456-426614174000.")},
    )
    thing = forms.UUIDField(
        label=_("About (ID)"),
        required=False,
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off"}),
        error_messages={"invalid": _("Enter an ID, for example 123e4567-e89b-12d3-a456-426614174000.")},
    )


class StopDownloadsForm(forms.Form):
    """Why every download stops."""

    reason = CleanTextField(
        label=_("Reason"),
        help_text=_("Shown in the list of emergency stops. Do not enter names of people."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a reason in one sentence.")},
    )

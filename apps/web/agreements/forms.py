"""Forms of the agreement pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.common.forms import RequiredTextField


class SignForm(forms.Form):
    """A signature: the name as it stands on the agreement, on the very text that was shown."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    typed_name = RequiredTextField(
        label=_("Type your full name to sign"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

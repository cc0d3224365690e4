"""The only password form there is, and it is switched off."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.common.forms import RequiredTextField


class BreakGlassForm(forms.Form):
    """What `manage.py break_glass create` printed, and the code of the moment."""

    use_required_attribute = False

    handle = RequiredTextField(
        label=_("Account name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = RequiredTextField(
        label=_("Password"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = RequiredTextField(
        label=_("Code from your authenticator app"),
        max_length=10,
        help_text=_("6 digits. Each code works only once."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

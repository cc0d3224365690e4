"""What a person sets about their own account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.tokens.models import PersonalToken
from apps.web.common.forms import RequiredChoicesField, RequiredTextField


class NameForm(forms.Form):
    """The name of a person whose institution sends none."""

    use_required_attribute = False

    name = RequiredTextField(
        label=_("Your full name"),
        max_length=200,
        help_text=_("Given name and family name, as in your identity document. You type this name to sign agreements."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class TokenForm(forms.Form):
    """A key for scripts: what for, what it may do, and how long."""

    use_required_attribute = False

    name = RequiredTextField(label=_("Token name"), max_length=100, help_text=_("For example, “nightly pipeline”."))
    scopes = RequiredChoicesField(
        label=_("Permissions"),
        choices=PersonalToken.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label=_("Number of days"), initial=90, help_text=_("At most 365 days; 1 day for a token that can vote.")
    )


class ServiceTokenForm(TokenForm):
    """A key for a pipeline, which never votes."""

    scopes = RequiredChoicesField(
        label=_("Permissions"),
        choices=[one for one in PersonalToken.Scope.choices if one[0] != PersonalToken.Scope.VOTE],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(label=_("Number of days"), initial=90, help_text=_("At most 365 days."))


class DeviceForm(forms.Form):
    """The code that a program shows."""

    user_code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("8 characters, for example WDJB-MJHT."),
        widget=forms.TextInput(
            attrs={"class": "mono", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the code that your device shows.")},
    )


class ServiceAccountForm(forms.Form):
    """A pipeline: what it is called, what it is for, and how long."""

    use_required_attribute = False

    name = RequiredTextField(label=_("Name"), max_length=100, help_text=_("For example, “survival pipeline”."))
    purpose = RequiredTextField(
        label=_("Purpose"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Describe what runs under the account, where it runs and what it does, so that "
            "other people can understand it later."
        ),
    )
    days = forms.IntegerField(label=_("Number of days"), initial=180, help_text=_("At most 365 days."))


class TermsForm(forms.Form):
    """Accepting the terms that were shown, and no others."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    accept = forms.BooleanField(
        label=_("I have read and accept these terms."),
        error_messages={"required": _("Tick the checkbox to accept the terms.")},
    )

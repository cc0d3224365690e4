"""What a person sets about their own account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import PersonalToken
from apps.web.forms_shared import WantedChoices, WantedText


class TokenForm(forms.Form):
    """A key for scripts: what for, what it may do, and how long."""

    use_required_attribute = False

    name = WantedText(label=_("What is it for?"), max_length=100, help_text=_("For instance “nightly pipeline”."))
    scopes = WantedChoices(
        label=_("What may it do?"),
        choices=PersonalToken.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(label=_("For how many days?"), initial=90, help_text=_("At most a year."))


class TermsForm(forms.Form):
    """Accepting the terms that were shown, and no others."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    accept = forms.BooleanField(
        label=_("I have read these terms and accept them."),
        error_messages={"required": _("Tick the box if you accept the terms.")},
    )

"""Forms of the institution pages."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.common.forms import RequiredTextField


class PeopleForm(forms.Form):
    """Which of an institution's people to show."""

    SHOW: ClassVar[list[tuple[str, Any]]] = [
        ("", _("Everyone")),
        ("access", _("With current access")),
        ("due", _("To confirm")),
        ("soon", _("Affiliation expires within 30 days")),
        ("gone", _("No current affiliation")),
    ]

    q = forms.CharField(required=False, max_length=100, label=_("Name, e-mail or colleague code"))
    show = forms.ChoiceField(required=False, choices=SHOW, label=_("Show"))


class StatementForm(forms.Form):
    """Why a signing official confirms or ends somebody's affiliation."""

    use_required_attribute = False

    reason = RequiredTextField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At least 10 characters. The reason is stored, and the person can read it."),
    )

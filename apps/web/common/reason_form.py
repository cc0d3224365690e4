"""A form that asks for a reason."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.common.forms import RequiredTextField


class ReasonForm(forms.Form):
    """Why something ends; the other side reads it."""

    use_required_attribute = False

    reason = RequiredTextField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

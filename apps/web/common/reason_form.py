"""A form that asks for a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.common.forms import RequiredTextField


class ReasonForm(forms.Form):
    """Why something ends; the other side reads it."""

    use_required_attribute = False

    reason = RequiredTextField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class FullReasonForm(ReasonForm):
    """A reason that `apps.people.rules.check_reason` asks for: the form says how long it must be."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].help_text = _("At least 10 characters.")

"""What visitors may ask of the catalogue and of the Why page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.datasets.models import Dataset
from apps.web.common.time_zone import with_zone


class CatalogueForm(forms.Form):
    """Words and filters; every part may be left out."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    access = forms.ChoiceField(label=_("Access"), required=False, choices=[("", _("Any")), *Dataset.Access.choices])
    committee = forms.SlugField(label=_("Committee"), required=False, max_length=80)

    @property
    def filters(self) -> dict[str, Any]:
        """What was asked for besides the page, without what was left empty."""
        asked = getattr(self, "cleaned_data", {})
        return {name: asked[name] for name in ("q", "access", "committee") if asked.get(name)}


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

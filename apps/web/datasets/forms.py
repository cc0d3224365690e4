"""What owners and stewards fill in: a dataset, its description, its versions, its helpers."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.committees.models import Committee
from apps.committees.queries import public
from apps.datasets.conditions import MODIFIERS, PERMISSIONS
from apps.datasets.models import Dataset
from apps.web.common.forms import CleanTextField

ROLE_NAMES = {
    "own_dataset": _("owner"),
    "steward_dataset": _("steward"),
    "curate_dataset": _("curator"),
    "view_draft_dataset": _("reader of drafts"),
}
WHAT_A_ROLE_DOES = [
    ("steward_dataset", _("Steward – describes, uploads, publishes, and ends access")),
    ("own_dataset", _("Owner – as a steward; also countersigns agreements, withdraws versions and names helpers")),
    ("curate_dataset", _("Curator – reads drafts to check them")),
    ("view_draft_dataset", _("Reader of drafts – sees descriptions and file lists before they are published")),
]
WHAT_ACCESS_MEANS = [
    (Dataset.Access.OPEN, _("Open – anyone may download, without signing in")),
    (Dataset.Access.REGISTERED, _("Registered – people who are signed in and accepted the terms of the portal")),
    (Dataset.Access.CONTROLLED, _("Controlled – people ask, a committee decides, both sides sign an agreement")),
]


class NewDatasetForm(forms.Form):
    """A dataset begins with its title."""

    title = CleanTextField(
        label=_("Title"),
        help_text=_("What the data are and of whom, in a few words. You can change it until and after publication."),
        max_length=200,
        error_messages={"required": _("Give the dataset a title.")},
    )
    slug = forms.SlugField(
        label=_("Short name in the address"),
        help_text=_("Small letters, digits and hyphens. Left empty, it is made from the title. It stays for ever."),
        max_length=60,
        required=False,
        error_messages={"invalid": _("Use only letters, digits and hyphens.")},
    )


def _conditions() -> list[Any]:
    """Every use condition with its explanation, permissions and modifiers apart."""
    return [
        (gettext("Permission: what the data may be used for (choose one)"), _explained(PERMISSIONS)),
        (gettext("Modifiers: what must hold besides"), _explained(MODIFIERS)),
    ]


def _explained(terms: dict[str, tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(code, f"{short} – {label}") for code, (short, label) in terms.items()]


def _committees() -> list[tuple[str, str]]:
    return [("", gettext("Choose a committee")), *((str(one.pk), one.name) for one in public())]


class DescriptionForm(forms.Form):
    """Everything that can be said about a dataset; `seen` marks what was said when the form was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)
    title = CleanTextField(
        label=_("Title"), max_length=200, error_messages={"required": _("Give the dataset a title.")}
    )
    summary = CleanTextField(
        label=_("Summary in a sentence or two"),
        help_text=_("It stands on the card in the catalogue."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    description = CleanTextField(
        label=_("Description"),
        help_text=_("Where the data come from, whom they describe, what the columns mean, what they are not good for."),
        max_length=50_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    keywords = CleanTextField(label=_("Keywords"), help_text=_("Separated by commas."), max_length=300, required=False)
    licence = CleanTextField(
        label=_("Licence"), help_text=_("For example CC-BY-4.0, or the name of your agreement."), max_length=120,
        required=False,
    )  # fmt: skip
    attribution = CleanTextField(
        label=_("How to cite"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    access = forms.ChoiceField(
        label=_("Access"),
        help_text=_("Once something is published, the access level stands."),
        choices=WHAT_ACCESS_MEANS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who may have the data.")},
    )
    committee = forms.ChoiceField(
        label=_("Committee that decides"), help_text=_("For controlled data."), required=False, choices=_committees
    )
    longest_grant_days = forms.IntegerField(
        label=_("Longest access in days"),
        help_text=_("Access always ends; this is the latest it can, counted from its beginning."),
        min_value=1,
        max_value=1830,
    )
    requires_second_factor = forms.BooleanField(
        label=_("Ask for a second factor"),
        help_text=_(
            "Files leave only after a sign-in in which the person’s institution confirmed a second factor, such as a"
            " code or a key. Whose institution cannot do so cannot download."
        ),
        required=False,
    )
    conditions = forms.MultipleChoiceField(
        label=_("Use conditions"),
        help_text=_("Terms of the GA4GH Data Use Ontology, as participants consented to."),
        choices=_conditions,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_committee(self) -> Committee | None:
        wanted = self.cleaned_data["committee"]
        return next((one for one in public() if str(one.pk) == wanted), None)


class PublishForm(forms.Form):
    """When the files may leave."""

    embargo_until = forms.DateTimeField(
        label=_("Embargo until (UTC)"),
        help_text=_("Leave it empty to publish at once. Until then nobody outside your team learns of it."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Enter a day and a time, for example 2027-01-31 12:00.")},
    )


class ReasonForm(forms.Form):
    """A deed that says why."""

    reason = CleanTextField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, in a sentence.")},
    )

    def __init__(self, *args: Any, reads: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = reads


class HelperForm(forms.Form):
    """A colleague gets a role on the dataset."""

    code = CleanTextField(
        label=_("Colleague code"),
        help_text=_("Your colleague finds it on their account page, for example P-7K3Q-9XQ2."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono"}),
        error_messages={"required": _("Ask your colleague for their code.")},
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=WHAT_A_ROLE_DOES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()

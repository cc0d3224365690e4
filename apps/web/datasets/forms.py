"""What owners and stewards fill in: a dataset, its description, its versions, its helpers."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.committees.models import Committee
from apps.committees.queries import public
from apps.datasets.conditions import MODIFIERS, PERMISSIONS, Use
from apps.datasets.models import Dataset
from apps.web.common.forms import CleanTextField
from apps.web.common.time_zone import with_zone

ROLE_NAMES = {
    "own_dataset": _("dataset owner"),
    "steward_dataset": _("data steward"),
    "curate_dataset": _("curator"),
    "view_draft_dataset": _("draft reader"),
}
WHAT_A_ROLE_DOES = [
    ("steward_dataset", _("Data steward – describes, uploads and publishes; suspends, resumes and revokes access")),
    (
        "own_dataset",
        _(
            "Dataset owner – everything a data steward does; also countersigns "
            "agreements, withdraws versions and assigns roles"
        ),
    ),
    ("curate_dataset", _("Curator – reads drafts to check them")),
    ("view_draft_dataset", _("Draft reader – sees descriptions and file lists before they are published")),
]
WHAT_ACCESS_MEANS = [
    (Dataset.Access.OPEN, _("Open access – anyone can download, without signing in")),
    (
        Dataset.Access.REGISTERED,
        _(
            "Registered access – people with a valid affiliation or a researcher status visa who "
            "have accepted the terms of use"
        ),
    ),
    (
        Dataset.Access.CONTROLLED,
        _("Controlled access – people request access, a committee decides, and both parties sign an agreement"),
    ),
]


class NewDatasetForm(forms.Form):
    """A dataset begins with its title."""

    title = CleanTextField(
        label=_("Title"),
        help_text=_(
            "What the data are and whom they describe, in one line. You can change it later, also after publishing."
        ),
        max_length=200,
        error_messages={"required": _("Enter a title for the dataset.")},
    )
    slug = forms.SlugField(
        label=_("Short name in the address"),
        help_text=_("Use a-z, digits and hyphens. If empty, it is created from the title. You cannot change it later."),
        max_length=60,
        required=False,
        error_messages={"invalid": _("Use only a-z, digits and hyphens.")},
    )


def _conditions() -> list[Any]:
    """Every use condition with its explanation, permissions and modifiers apart."""
    return [
        (gettext("Permission: what the data may be used for (choose one)"), _explained(PERMISSIONS)),
        (gettext("Modifiers: further conditions"), _explained(MODIFIERS)),
    ]


def _explained(terms: dict[str, tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(code, f"{short} – {label}") for code, (short, label) in terms.items()]


def _committees() -> list[tuple[str, str]]:
    return [("", gettext("Choose a committee")), *((str(one.pk), one.name) for one in public())]


class DescriptionForm(forms.Form):
    """Everything that can be said about a dataset; `seen` marks what was said when the form was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)
    title = CleanTextField(
        label=_("Title"), max_length=200, error_messages={"required": _("Enter a title for the dataset.")}
    )
    summary = CleanTextField(
        label=_("Summary in one or two sentences"),
        help_text=_("Shown in the catalogue."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    description = CleanTextField(
        label=_("Description"),
        help_text=_(
            "Where the data come from, whom they describe, what the columns mean and what "
            "the data are not suitable for."
        ),
        max_length=50_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    keywords = CleanTextField(
        label=_("Keywords"), help_text=_("Separate them with commas."), max_length=300, required=False
    )
    licence = CleanTextField(
        label=_("Licence"), help_text=_("For example CC-BY-4.0, or the name of your agreement."), max_length=120,
        required=False,
    )  # fmt: skip
    attribution = CleanTextField(
        label=_("How to cite"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    access = forms.ChoiceField(
        label=_("Access"),
        help_text=_("You cannot change the access level after the first version is published."),
        choices=WHAT_ACCESS_MEANS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an access level.")},
    )
    committee = forms.ChoiceField(
        label=_("Committee that decides"),
        help_text=_("Only for controlled access."),
        required=False,
        choices=_committees,
    )
    longest_grant_days = forms.IntegerField(
        label=_("Maximum access in days"),
        help_text=_("The maximum number of days from the start of access, for example 365."),
        min_value=1,
        max_value=1830,
    )
    requires_second_factor = forms.BooleanField(
        label=_("Require a second factor"),
        help_text=_(
            "Users can download only after a sign-in in which their institution confirmed a second "
            "factor, such as a code or a security key. If the institution cannot confirm one, they "
            "cannot download."
        ),
        required=False,
    )
    conditions = forms.MultipleChoiceField(
        label=_("Use conditions"),
        help_text=_("Codes of the GA4GH Data Use Ontology (DUO) that match the participants’ consent."),
        choices=_conditions,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, uses: list[Use], **kwargs: Any) -> None:
        """`uses` are the dataset's conditions now: the form chooses codes, and a code that stays keeps its values."""
        super().__init__(*args, **kwargs)
        self._uses = uses

    def clean_conditions(self) -> list[Use]:
        """A code that is chosen with the values it has, or without one."""
        chosen = self.cleaned_data["conditions"]
        kept = [use for use in self._uses if use.code in chosen]
        return [*kept, *(Use(code) for code in chosen if code not in {use.code for use in kept})]

    def clean_committee(self) -> Committee | None:
        wanted = self.cleaned_data["committee"]
        return next((one for one in public() if str(one.pk) == wanted), None)


class PublishForm(forms.Form):
    """When the files may leave."""

    embargo_until = forms.DateTimeField(
        label=with_zone(_("Embargo until")),
        help_text=_(
            "Leave empty to publish now. Until the embargo ends, only people with a role "
            "on the dataset can see this version."
        ),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Enter a date and a time, for example 2027-01-31 12:00.")},
    )


class ReasonForm(forms.Form):
    """A deed that says why."""

    reason = CleanTextField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a reason in one sentence.")},
    )

    def __init__(self, *args: Any, reads: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = reads


class OwnerForm(forms.Form):
    """Who owns the dataset from now on."""

    person = CleanTextField(
        label=_("New owner"),
        help_text=_("Enter the e-mail address, ORCID iD or colleague code of the person."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the person who will own the dataset.")},
    )


class HelperForm(forms.Form):
    """A colleague gets a role on the dataset."""

    code = CleanTextField(
        label=_("Colleague code"),
        help_text=_("Your colleague finds the code on their Account page, for example P-7K3Q-9XQ2."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono"}),
        error_messages={"required": _("Enter the colleague code. Your colleague finds it on their Account page.")},
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=WHAT_A_ROLE_DOES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()

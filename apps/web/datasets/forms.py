"""What owners and stewards fill in: a new dataset, its versions, its colleagues; and what a committee answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.datasets.models import Dataset
from apps.web.common.forms import CleanTextField, ColleagueField
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
        help_text=_(
            "Use a-z, digits and hyphens. If you leave this field empty, the short name is created from the title. "
            "You cannot change the short name later."
        ),
        max_length=60,
        required=False,
        error_messages={"invalid": _("Use only a-z, digits and hyphens.")},
    )


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


class RevokeForm(ReasonForm):
    """How much access is revoked, and why."""

    scope = forms.ChoiceField(
        label=_("What do you want to revoke?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what to revoke.")},
    )
    field_order = ("scope", "reason")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The user and their institution can read this reason.")
        field = self.fields["scope"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        field.initial = choices[0][0]
        if len(choices) == 1:
            field.widget = forms.HiddenInput()


class OwnerForm(forms.Form):
    """Who owns the dataset from now on."""

    person = ColleagueField(
        label=_("New owner"), error_messages={"required": _("Enter the person who will own the dataset.")}
    )


class HelperForm(forms.Form):
    """A colleague gets a role on the dataset."""

    code = ColleagueField()
    role = forms.ChoiceField(
        label=_("Role"),
        choices=WHAT_A_ROLE_DOES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )


class RemoveForm(forms.Form):
    """Why a file of a draft is removed, if there is anything to say."""

    reason = CleanTextField(
        label=_("Reason"),
        help_text=_("Colleagues who manage the dataset can read it."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AnswerForm(forms.Form):
    """Whether a committee accepts a dataset."""

    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[
            ("accept", _("Accept: the committee decides on each request for this dataset")),
            ("decline", _("Decline: the owner chooses another committee")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    reason = CleanTextField(
        label=_("Reason"),
        help_text=_("Required if you decline. The owner and the data stewards can read it."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

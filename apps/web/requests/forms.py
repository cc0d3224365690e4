"""What an applicant fills in: the request, an answer, a signature, a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.access_requests.models import AccessRequest
from apps.web.common.forms import CleanTextField, RequiredChoicesField, RequiredDateField, RequiredTextField

DAY = {"type": "date"}


class RequestForm(forms.Form):
    """A request as it is being written: everything may still be empty; submitting asks for the rest."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    title = RequiredTextField(
        label=_("Project title"),
        max_length=200,
        help_text=_("One line that a colleague understands, for example “Survival after breast cancer”."),
    )
    purpose = RequiredTextField(
        label=_("What will you use the data for?"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_(
            "The committee decides based on this. Describe your research question, your "
            "method and why you need these data."
        ),
    )
    public_summary = RequiredTextField(
        label=_("Public summary"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Use plain language, for the people the data are about."),
    )
    starts_on = RequiredDateField(label=_("From"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    ends_on = RequiredDateField(label=_("Until"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    members = CleanTextField(
        label=_("Colleagues who will also use the data"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2, "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_(
            "Enter their colleague codes, separated by spaces, for example P-7K3Q-9XQ2. Colleagues "
            "find their code on their Account page, and each signs for themselves. Codes are "
            "checked when you save or submit."
        ),
    )
    datasets = RequiredChoicesField(
        label=_("Datasets in this request"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Clear a checkbox to remove the dataset from the request."),
    )
    add_dataset = CleanTextField(
        label=_("Add another dataset"),
        required=False,
        max_length=300,
        help_text=_("Enter the web address of the dataset page, or the last part of it."),
    )

    def __init__(self, *args: Any, chosen: list[tuple[str, str]], longest: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if longest is not None:
            self.fields["ends_on"].help_text = _at_most(longest)
        field = self.fields["datasets"]
        assert isinstance(field, RequiredChoicesField)
        field.choices = chosen

    def clean_add_dataset(self) -> str:
        """The short name out of whatever was pasted: an address, a path or the name itself."""
        return str(self.cleaned_data["add_dataset"]).split("?")[0].split("#")[0].strip().rstrip("/").rsplit("/", 1)[-1]

    def clean_members(self) -> list[str]:
        return str(self.cleaned_data["members"]).replace(",", " ").replace(";", " ").split()

    @property
    def texts(self) -> dict[str, Any]:
        """What the request itself keeps."""
        names = ("title", "purpose", "public_summary", "starts_on", "ends_on")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


def _at_most(days: int) -> str:
    """What the datasets allow, said before anybody signs for more."""
    return ngettext(
        "Access to these data lasts at most %(n)s day. It ends then even if you request a longer period.",
        "Access to these data lasts at most %(n)s days. It ends then even if you request a longer period.",
        days,
    ) % {"n": days}


def begun(request: AccessRequest, members: list[str]) -> dict[str, Any]:
    """The request as the form first shows it."""
    return {
        "revision": request.revision,
        "title": request.title,
        "purpose": request.purpose,
        "public_summary": request.public_summary,
        "starts_on": request.starts_on,
        "ends_on": request.ends_on,
        "members": " ".join(members),
    }


class AnswerForm(forms.Form):
    """What the applicant answers to the committee."""

    use_required_attribute = False

    answer = RequiredTextField(label=_("Your answer"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}))

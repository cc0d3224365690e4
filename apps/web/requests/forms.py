"""What an applicant fills in: the request, an answer, a signature, a reason."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.access_requests import fields
from apps.access_requests.fields import Kind, RequestField
from apps.access_requests.models import AccessRequest
from apps.web.common.forms import CleanTextField, RequiredChoicesField, RequiredDateField, RequiredTextField


class RequestForm(forms.Form):
    """A request as it is being written: everything may still be empty; submitting asks for the rest.

    Its fields are those of `apps.access_requests.fields`; besides them the revision, and one more dataset by address.
    """

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    add_dataset = CleanTextField(
        label=_("Add another dataset"),
        required=False,
        max_length=300,
        help_text=_("Enter the web address of the dataset page, or the last part of it."),
    )

    def __init__(self, *args: Any, chosen: list[tuple[str, str]], longest: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in fields.FIELDS:
            self.fields[one.name] = WIDGETS[one.kind](one)
        self.order_fields(["revision", *(one.name for one in fields.FIELDS), "add_dataset"])
        if longest is not None:
            self.fields[fields.ENDS_ON.name].help_text = _at_most(longest)
        for one in fields.of_kind(Kind.DATASETS):
            choice = self.fields[one.name]
            assert isinstance(choice, RequiredChoicesField)
            choice.choices = chosen

    def clean_add_dataset(self) -> str:
        """The short name out of whatever was pasted: an address, a path or the name itself."""
        return str(self.cleaned_data["add_dataset"]).split("?")[0].split("#")[0].strip().rstrip("/").rsplit("/", 1)[-1]

    def clean_members(self) -> list[str]:
        return str(self.cleaned_data["members"]).replace(",", " ").replace(";", " ").split()

    @property
    def groups(self) -> dict[str, list[forms.BoundField]]:
        """The fields as the page groups them: project, when, who, data."""
        found: dict[str, list[forms.BoundField]] = {}
        for one in fields.FIELDS:
            found.setdefault(one.group, []).append(self[one.name])
        return found

    @property
    def texts(self) -> dict[str, Any]:
        """What the request itself keeps."""
        return {name: self.cleaned_data[name] for name in fields.stored() if name in self.cleaned_data}


def _text_field(one: RequestField) -> forms.Field:
    box = forms.TextInput() if one.kind == Kind.LINE else forms.Textarea(attrs={"rows": one.lines})
    said: dict[str, Any] = {"label": one.question, "help_text": one.help, "max_length": one.most, "widget": box}
    return RequiredTextField(**said) if one.required else CleanTextField(required=False, **said)


def _day_field(one: RequestField) -> forms.Field:
    said: dict[str, Any] = {"label": one.question, "help_text": one.help}
    box = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return (
        RequiredDateField(widget=box, **said) if one.required else forms.DateField(widget=box, required=False, **said)
    )


def _people_field(one: RequestField) -> forms.Field:
    box = forms.Textarea(attrs={"rows": one.lines, "autocapitalize": "characters", "spellcheck": "false"})
    longest = one.most * fields.CODE_LENGTH
    return CleanTextField(label=one.question, help_text=one.help, required=False, max_length=longest, widget=box)


def _dataset_field(one: RequestField) -> forms.Field:
    return RequiredChoicesField(label=one.question, help_text=one.help, widget=forms.CheckboxSelectMultiple)


WIDGETS: dict[Kind, Callable[[RequestField], forms.Field]] = {
    Kind.LINE: _text_field,
    Kind.TEXT: _text_field,
    Kind.DAY: _day_field,
    Kind.PEOPLE: _people_field,
    Kind.DATASETS: _dataset_field,
}


def _at_most(days: int) -> str:
    """What the datasets allow, said before anybody signs for more."""
    return ngettext(
        "Access to these data lasts at most %(n)s day. It ends then even if you request a longer period.",
        "Access to these data lasts at most %(n)s days. It ends then even if you request a longer period.",
        days,
    ) % {"n": days}


def begun(request: AccessRequest, members: list[str]) -> dict[str, Any]:
    """The request as the form first shows it."""
    kept = {name: getattr(request, name) for name in fields.stored()}
    return {"revision": request.revision, **kept, "members": " ".join(members)}


class AnswerForm(forms.Form):
    """What the applicant answers to the committee."""

    use_required_attribute = False

    answer = RequiredTextField(label=_("Your answer"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}))

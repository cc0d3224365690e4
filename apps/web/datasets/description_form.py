"""The form of a dataset's description, with its use conditions."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.committees.models import Committee
from apps.committees.queries import public
from apps.core import clock
from apps.datasets.conditions import MODIFIERS, PERMISSIONS, TERMS, VALUES, Use, faults_of
from apps.datasets.models import Dataset
from apps.web.common.forms import CleanTextField, Required, RequiredTextField
from apps.web.datasets.forms import WHAT_ACCESS_MEANS

# What a published description must have; a draft may be saved without it.
NEEDED = {
    "summary": _("Enter a summary."),
    "description": _("Enter a description."),
}


class _CommitteeField(Required, forms.ChoiceField):
    """Needed for controlled access only; the form asks for it then."""


def _committees() -> list[tuple[str, str]]:
    return [("", gettext("Choose a committee")), *((str(one.pk), one.name) for one in public())]


def _permissions() -> list[tuple[str, str]]:
    terms = [
        (code, f"{str(label)[:1].upper()}{str(label)[1:]} ({short})") for code, (short, label) in PERMISSIONS.items()
    ]
    return [("", gettext("Not stated: the committee decides for each request")), *terms]


def _modifiers() -> list[tuple[str, str]]:
    return [(code, f"{str(label)[:1].upper()}{str(label)[1:]} ({short})") for code, (short, label) in MODIFIERS.items()]


def value_name(code: str) -> str:
    """The name of the form field with the value of a condition, for example value_DS."""
    return f"value_{TERMS[code][0]}"


class DescriptionForm(forms.Form):
    """Everything that can be said about a dataset; `seen` marks what was said when the form was opened."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)
    title = CleanTextField(
        label=_("Title"), max_length=200, error_messages={"required": _("Enter a title for the dataset.")}
    )
    summary = RequiredTextField(
        label=_("Summary in one or two sentences"),
        help_text=_("Shown in the catalogue."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    description = RequiredTextField(
        label=_("Description"),
        help_text=_(
            "Where the data come from, whom they describe, what the columns mean and what "
            "the data are not suitable for."
        ),
        max_length=50_000,
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
    contact_name = CleanTextField(
        label=_("Contact for questions"),
        help_text=_(
            "A role or a team rather than a person, for example “Cancer registry data office”. Everyone can read it."
        ),
        max_length=200,
        required=False,
    )
    contact_email = forms.EmailField(
        label=_("E-mail address of the contact"),
        max_length=254,
        required=False,
        error_messages={"invalid": _("Enter an e-mail address, for example data-office@example.org.")},
    )
    access = forms.ChoiceField(
        label=_("Access"),
        help_text=_("You cannot change the access level after the first version is published."),
        choices=WHAT_ACCESS_MEANS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an access level.")},
    )
    committee = _CommitteeField(
        label=_("Committee that decides"),
        help_text=_(
            "Only for controlled access. A committee of another institution must accept the dataset before you can "
            "publish it."
        ),
        choices=_committees,
    )
    longest_grant_days = forms.IntegerField(
        label=_("Maximum access in days"),
        help_text=_("The maximum number of days from the start of access, for example 365."),
        min_value=1,
        max_value=1830,
        error_messages={"required": _("Enter the maximum number of days.")},
    )
    requires_second_factor = forms.BooleanField(
        label=_("Require a second factor"),
        help_text=_(
            "Users can download only if their institution confirmed a second factor, such as a code or a security "
            "key, when they signed in. If the institution cannot confirm one, they cannot download."
        ),
        required=False,
    )
    permission = forms.ChoiceField(
        label=_("What may the data be used for?"), choices=_permissions, required=False, widget=forms.RadioSelect
    )
    modifiers = forms.MultipleChoiceField(
        label=_("Further conditions"), choices=_modifiers, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, uses: list[Use], complete: bool = True, **kwargs: Any) -> None:
        """`uses` are the dataset's conditions now. `complete` asks for everything that publishing needs."""
        super().__init__(*args, **kwargs)
        self._uses, self._complete = uses, complete
        for code in VALUES:
            self.fields[value_name(code)] = _value_field(code)
            self.initial.setdefault(value_name(code), "\n".join(use.value for use in uses if use.code == code))
        self.order_fields(_order())
        codes = [use.code for use in uses]
        self.initial.setdefault("permission", next((code for code in codes if code in PERMISSIONS), ""))
        self.initial.setdefault("modifiers", [code for code in codes if code in MODIFIERS])

    def clean(self) -> dict[str, Any]:
        """Ask for what is missing, and for use conditions that have their values and do not contradict each other."""
        said = super().clean() or {}
        if self._complete:
            for name, missing in NEEDED.items():
                if name not in self.errors and not said.get(name):
                    self.add_error(name, missing)
            if said.get("access") == Dataset.Access.CONTROLLED and not said.get("committee"):
                self.add_error("committee", gettext("Choose the committee that decides on access."))
        uses = self._chosen(said)
        for key, sentence in faults_of(uses, known=self._uses, today=clock.now().date()).items():
            self._add_fault(key, sentence)
        said["conditions"] = uses
        return said

    def clean_committee(self) -> Committee | None:
        wanted = self.cleaned_data["committee"]
        return next((one for one in public() if str(one.pk) == wanted), None)

    def _chosen(self, said: dict[str, Any]) -> list[Use]:
        """The conditions that are chosen, one for each value; a value whose field is refused is left out."""
        uses: list[Use] = []
        for code in [said.get("permission") or "", *said.get("modifiers", [])]:
            if code in VALUES and value_name(code) not in self.errors:
                uses += [Use(code, value) for value in _values(code, said.get(value_name(code))) or [""]]
            elif code and code not in VALUES:
                uses.append(Use(code))
        return uses

    def _add_fault(self, key: str, sentence: str) -> None:
        name = (
            value_name(key) if key in VALUES else "permission" if key in {"permission", *PERMISSIONS} else "modifiers"
        )
        self.add_error(name, sentence)

    @property
    def changes(self) -> dict[str, Any]:
        """What `describe` takes: the described fields, with the complete list of conditions, and `seen`."""
        apart = {"permission", "modifiers", *(value_name(code) for code in VALUES)}
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}

    @property
    def permission_rows(self) -> list[dict[str, Any]]:
        """Each permission with its control and the field of its value, for the template."""
        return self._rows("permission")

    @property
    def modifier_rows(self) -> list[dict[str, Any]]:
        """Each further condition with its control and the field of its value, for the template."""
        return self._rows("modifiers")

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows = []
        for option in self[name].subwidgets:
            code = str(option.data["value"])
            rows.append({"option": option, "value": self[value_name(code)] if code in VALUES else None})
        return rows


def _order() -> list[str]:
    """The fields in the order of the page: the value of a permission after the permissions."""
    names = [name for name in DescriptionForm.base_fields if name != "modifiers"]
    before = [value_name(code) for code in VALUES if code in PERMISSIONS]
    return [*names, *before, "modifiers", *(value_name(code) for code in VALUES if code in MODIFIERS)]


def _value_field(code: str) -> forms.Field:
    """The field for the value of one condition: a date, one line, or one value a line."""
    value = VALUES[code]
    said: dict[str, Any] = {"label": value.label, "help_text": value.hint, "required": False}
    if value.date:
        box = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(
            widget=box, error_messages={"invalid": _("Enter a date, for example 2027-06-30.")}, **said
        )
    if value.several:
        return CleanTextField(widget=forms.Textarea(attrs={"rows": 2}), max_length=4000, **said)
    return CleanTextField(max_length=200, **said)


def _values(code: str, said: Any) -> list[str]:
    """What was entered as the values of a condition: one a line, a date in ISO 8601."""
    if isinstance(said, date):
        return [said.isoformat()]
    text = str(said or "")
    if VALUES[code].several:
        return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    return [text.strip()] if text.strip() else []

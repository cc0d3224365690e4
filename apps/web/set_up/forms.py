"""What an operator enters about institutions, committees, people and terms; `provider_forms` has the rest."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.committees.rules import check_changed_committee, check_new_committee
from apps.people.models import Institution, PlatformRole
from apps.web.common.forms import CleanTextField, ColleagueField, RequiredTextField, name_the_rest


class SeenForm(forms.Form):
    """A form that knows which version of the row it shows (`seen`): a later one is not overwritten unread."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class ManyLinesField(CleanTextField):
    """Several values, one on each line; empty lines and repetitions are left out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value) or ""
        return list(dict.fromkeys(line.strip() for line in text.replace(",", "\n").split("\n") if line.strip()))


def institution_field(*, required: bool = True, help_text: Any = "") -> "forms.ModelChoiceField[Institution]":
    """A choice of one of the registered institutions."""
    return forms.ModelChoiceField(
        label=_("Institution"),
        queryset=Institution.objects.order_by("name", "pk"),
        required=required,
        help_text=help_text,
        empty_label="---------" if required else _("no institution"),
        error_messages={"required": _("Choose an institution.")},
    )


class InstitutionForm(SeenForm):
    """An institution whose people use the portal."""

    name = RequiredTextField(label=_("Name"), max_length=200)
    country = RequiredTextField(
        label=_("Country"),
        max_length=2,
        help_text=_("Two letters (ISO 3166-1), for example DK."),
        widget=forms.TextInput(attrs={"size": 4, "autocapitalize": "characters"}),
    )
    ror = CleanTextField(
        label=_("ROR ID"), max_length=40, required=False, help_text=_("For example https://ror.org/01aj84f44.")
    )
    domains = ManyLinesField(
        label=_("Domains"),
        max_length=5000,
        required=False,
        help_text=_(
            "One per line: the part after the @ in the affiliations of its people (eduPersonScopedAffiliation), for "
            "example hospital.example. Identity providers can then confirm only affiliations with these domains for "
            "this institution."
        ),
    )
    contact_email = CleanTextField(
        label=_("Contact"),
        max_length=254,
        required=False,
        help_text=_(
            "An e-mail address for questions about this institution, shown to operators and to the people of the "
            "institution."
        ),
        widget=forms.EmailInput(),
    )


class CommitteeForm(SeenForm):
    """The details of a committee; its members are added on the committee's own page."""

    name = RequiredTextField(label=_("Name"), max_length=200)
    institution = institution_field(
        required=False,
        help_text=_("Datasets of this institution can be assigned to the committee without its acceptance."),
    )
    quorum = forms.IntegerField(
        label=_("Quorum"),
        initial=2,
        max_value=100,
        help_text=_("The smallest number of members who must vote."),
        error_messages={"required": _("Enter a number.")},
    )
    review_days = forms.IntegerField(
        label=_("Target review time in days"), initial=28, error_messages={"required": _("Enter a number.")}
    )
    about = CleanTextField(
        label=_("About the committee"),
        max_length=5000,
        required=False,
        help_text=_("Shown on the public page of the committee: what the committee decides on, and when it meets."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    contact = CleanTextField(
        label=_("Contact"),
        max_length=300,
        required=False,
        help_text=_("An e-mail address or a web page for applicants, shown on the public page of the committee."),
    )

    def clean(self) -> None:
        """What the command would refuse is named with the other errors."""
        name_the_rest(self, self.check)

    def check(self) -> None:
        """The rule of the command, asked about what is right so far."""
        check_changed_committee(**self.details())

    def details(self) -> dict[str, Any]:
        """What the rule takes. A field that has an error already keeps that error."""
        right = {"name": "", "quorum": 1, "review_days": 28, "contact": ""}
        return {name: self.cleaned_data.get(name, value) for name, value in right.items()}

    def facts(self) -> dict[str, Any]:
        """What the command takes. The decision rule has a page of its own."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"slug", "chair"}}


class NewCommitteeForm(CommitteeForm):
    """A committee that does not exist yet has an address and a first member: its chair."""

    slug = RequiredTextField(
        label=_("Short name"),
        max_length=80,
        help_text=_("Part of the web address, for example heart-data. Cannot be changed later."),
        widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocapitalize": "none"}),
    )
    chair = ColleagueField(label=_("Chair"))
    field_order = ("name", "slug", "institution", "chair")

    def check(self) -> None:
        """Also the short name."""
        check_new_committee(slug=self.cleaned_data.get("slug", ""), **self.details())


class ColleagueForm(forms.Form):
    """Somebody who has signed in once."""

    use_required_attribute = False

    code = ColleagueField()


class HomeForm(ColleagueForm):
    """To which institution somebody belongs."""

    institution = institution_field()


class PlatformRoleForm(ColleagueForm):
    """A platform role until a day that is not far away."""

    kind = forms.ChoiceField(
        label=_("Role"),
        choices=PlatformRole.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    days = forms.IntegerField(
        label=_("Number of days"),
        initial=365,
        help_text=_("1 to 366. Assign the role again before it ends."),
        error_messages={"required": _("Enter a number.")},
    )


class TermsForm(SeenForm):
    """A new version of the terms of use for registered data."""

    text = RequiredTextField(
        label=_("Terms in English"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"})
    )
    text_da = CleanTextField(
        label=_("Terms in Danish"),
        max_length=50_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto", "lang": "da"}),
    )


class FirstOperatorForm(forms.Form):
    """The code that the command line printed."""

    use_required_attribute = False

    code = CleanTextField(
        label=_("Code"),
        max_length=60,
        help_text=_(
            "The command manage.py office first-operator prints the code on the server. The code is valid for an hour."
        ),
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter the code.")},
    )

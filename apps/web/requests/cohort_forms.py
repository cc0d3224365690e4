"""What the supervisor of a class fills in: the class, and the roster of its students."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access_requests import roster
from apps.access_requests.models import Cohort
from apps.web.common.forms import CleanTextField

ADD, REPLACE = "add", "replace"


def _day(label: Any, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Enter a date."),
            "invalid": _("Enter a date, for example 2027-06-30."),
        },
    )


class ClassForm(forms.Form):
    """The class that a request is for."""

    use_required_attribute = False

    course = CleanTextField(
        label=_("Course"), max_length=200, error_messages={"required": _("Enter the title of the course.")}
    )
    first_day = _day(_("First day of the class"))
    last_day = _day(
        _("Last day of the class"), _("Access ends on this day at the latest, for you and for all students.")
    )
    places = forms.IntegerField(
        label=_("Number of places"),
        min_value=1,
        max_value=roster.MOST,
        help_text=_(
            "The committee decides on this number of places. You can add students up to this number until the "
            "last day of the class."
        ),
        error_messages={"required": _("Enter the number of places.")},
    )
    supervision = CleanTextField(
        label=_("Supervision"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("How you supervise the students, where they work with the data, and what happens to copies."),
        error_messages={"required": _("Describe how the students are supervised.")},
    )

    @classmethod
    def of(cls, cohort: Cohort | None) -> "ClassForm":
        """The form filled with what is stored."""
        names = ("course", "first_day", "last_day", "places", "supervision")
        return cls(initial={name: getattr(cohort, name) for name in names} if cohort is not None else {})


class RosterForm(forms.Form):
    """Students as a file or as lines."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        help_text=_(
            "In UTF-8, with the columns name, e-mail and ORCID, separated by commas, semicolons or tabs. "
            "Other columns are ignored."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        error_messages={"empty": _("The file is empty.")},
    )
    rows = CleanTextField(
        label=_("Students"),
        required=False,
        strip=False,
        max_length=roster.MOST_BYTES,
        help_text=_(
            "Enter one student per line: name, e-mail address, ORCID iD. You can leave out either the e-mail "
            "address or the ORCID iD."
        ),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )
    mode = forms.ChoiceField(
        label=_("What to do with the students who are on the roster now"),
        choices=[(ADD, _("Keep them, and add these students")), (REPLACE, _("Replace them with these students"))],
        initial=ADD,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what to do with the students who are on the roster now.")},
    )

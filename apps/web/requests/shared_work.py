"""The part of the people page where the applicant names with whom somebody on the request wrote or worked."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests import queries, queries_shared_work, rules_shared_work
from apps.access_requests.models import AccessRequest
from apps.access_requests.shared_work import LONGEST_NAME, LONGEST_WORK, MOST, YEARS, Work
from apps.core import clock
from apps.people.models import Person
from apps.web.common.forms import CleanTextField, refusal_of


class SharedWorkForm(forms.Form):
    """One person, with whom they wrote or worked, on what, and when. The command checks the values."""

    use_required_attribute = False

    party = forms.TypedChoiceField(
        label=gettext_lazy("Person on this request"),
        coerce=UUID,
        error_messages={"required": gettext_lazy("Choose a person on this request.")},
    )
    colleague = CleanTextField(
        label=gettext_lazy("Wrote or worked with"),
        help_text=gettext_lazy("Enter a name, an ORCID iD or an e-mail address."),
        max_length=LONGEST_NAME,
        error_messages={"required": gettext_lazy("Enter with whom.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    work = CleanTextField(
        label=gettext_lazy("Publication or project"),
        max_length=LONGEST_WORK,
        error_messages={"required": gettext_lazy("Enter the publication or project.")},
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year"),
        error_messages={"required": gettext_lazy("Enter the year.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input--short"}),
    )

    def __init__(self, *args: Any, parties: Iterable[Person], **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "shared-%s", **options})
        party = self.fields["party"]
        assert isinstance(party, forms.ChoiceField)
        party.choices = [(str(one.pk), one.name or one.code) for one in parties]
        this = clock.today().year
        self.fields["year"].help_text = _("From %(first)s to %(last)s.") % {
            "first": str(this - YEARS),
            "last": str(this),
        }

    def work_named(self) -> Work:
        said = self.cleaned_data
        return Work(said["party"], said["colleague"], said["work"], said["year"])


def works_of(person: Person, found: AccessRequest, form: SharedWorkForm | None) -> dict[str, Any]:
    """What is named, and the form to name more while the applicant can."""
    works = list(queries_shared_work.named_now(found))
    can_name = refusal_of(lambda: rules_shared_work.check_can_name(person, found)) is None
    if form is None and can_name and len(works) < MOST:
        form = SharedWorkForm(parties=queries.people_of(found), initial={"party": str(found.applicant_id)})
    return {"works": works, "can_name_work": can_name, "work_form": form if can_name else None}

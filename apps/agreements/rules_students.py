"""What a student of a class needs to sign."""

from django.utils.translation import gettext as _

from apps.agreements import queries
from apps.agreements.models import Agreement
from apps.core.errors import WrongState
from apps.people.models import Affiliation, Person


def check_class_institution(by: Person, agreement: Agreement, affiliation: Affiliation) -> None:
    """A student is affiliated with the institution of the class: what the committee compared, such as the kind of
    organisation and its country, then holds for every student.
    """
    named = agreement.institution
    if (named is None or named.pk != affiliation.institution_id) and queries.is_student_of(by, agreement):
        raise WrongState(
            _(
                "This class belongs to %(named)s, but you are affiliated with %(now)s. Ask the supervisor of the "
                "class to name you as a project member in a new request."
            )
            % {"named": named or "–", "now": affiliation.institution}
        )

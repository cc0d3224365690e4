"""The class of a request as JSON: numbers, and no names."""

from typing import Any

from apps.access_requests.models import AccessRequest
from apps.grants.queries_cohorts import counts_of
from apps.people.models import Person


def class_out(request: AccessRequest, reader: Person) -> dict[str, Any] | None:
    """None for a request of another kind; only the supervisor reads how far the students are.

    The request was fetched with its class and the institution of that (`select_related`).
    """
    cohort = getattr(request, "cohort", None)
    if cohort is None:
        return None
    return {
        "course": cohort.course,
        "institution": cohort.institution.name,
        "first_day": cohort.first_day,
        "last_day": cohort.last_day,
        "places": cohort.places,
        "students": dict(counts_of(cohort)) if request.applicant_id == reader.pk else {},
    }

"""What a round freezes of a class, and reads back from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.access_requests.models import AccessRequest, Cohort
from apps.access_requests.questions import CLASS

SUPERVISION = "supervision"
KEYS = frozenset({CLASS, SUPERVISION})


@dataclass(frozen=True)
class ClassFacts:
    """The class that a committee decides on; `students` are the ids of the lines of the roster."""

    course: str
    institution: str
    first_day: date
    last_day: date
    places: int
    supervision: str
    students: tuple[str, ...]


def cohort_of(request: AccessRequest) -> Cohort | None:
    """The class that this request is for, if it is for one."""
    return Cohort.objects.select_related("institution").filter(request=request).first()


def frozen(request: AccessRequest) -> dict[str, Any]:
    """The class as JSON, nothing for a request of another kind; students by id, so that names can still be erased.

    The text about supervision is a key of its own: it can be erased, and nothing else of a class can.
    """
    cohort = cohort_of(request)
    if cohort is None:
        return {}
    students = cohort.students.filter(removed_at__isnull=True).order_by("pk").values_list("pk", flat=True)
    return {
        CLASS: {
            "course": cohort.course,
            "institution": cohort.institution.name,
            "first_day": cohort.first_day.isoformat(),
            "last_day": cohort.last_day.isoformat(),
            "places": cohort.places,
            "students": [str(pk) for pk in students],
        },
        SUPERVISION: cohort.supervision,
    }


def class_in(snapshot: Mapping[str, Any]) -> ClassFacts | None:
    """The class in a frozen round; None for a request of another kind."""
    said = snapshot.get(CLASS)
    if said is None:
        return None
    return ClassFacts(
        course=said["course"],
        institution=said["institution"],
        first_day=date.fromisoformat(said["first_day"]),
        last_day=date.fromisoformat(said["last_day"]),
        places=said["places"],
        supervision=str(snapshot.get(SUPERVISION, "")),
        students=tuple(said["students"]),
    )

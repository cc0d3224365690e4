"""For the access matrix: a class in a draft, one before the committee, and an approved one with a student."""

from datetime import timedelta
from typing import Any

from apps.access_requests import commands as requests
from apps.access_requests.models import Student
from apps.access_requests.roster import Entry
from apps.core import clock
from tests import stories

NOBODY = "00000000-0000-7000-8000-000000000000"
CLASS_FORMS: dict[str, dict[str, Any]] = {
    "class_details": {"course": "Statistics", "places": "2", "supervision": "In the computer room."},
    "class_roster": {"rows": "Bo,bo@uni.example", "mode": "add", "act": "save"},
    "class_place": {"act": "confirm"},
    "student_remove": {"reason": "Has left the course."},
}


def add_classes(things: Any, published_dataset: stories.PublishedDataset) -> None:
    """The applicant supervises all three; the steward, who is no steward of the dataset, is a student of the third."""
    who: dict[str, Any] = {"applicant": things.people["applicant"], "published_dataset": published_dataset}
    who["members"] = [things.people["named"]]
    day = clock.today().isoformat()
    CLASS_FORMS["class_details"] |= {"first_day": day, "last_day": (clock.today() + timedelta(days=180)).isoformat()}
    for state in ("draft", "in review", "approved"):
        case = stories.draft(**who)
        student = _taught(case, things.people["steward"] if state == "approved" else None)
        if state != "draft":
            case = stories.in_review(stories.submitted(case))
        if state == "approved":
            stories.offered(stories.decided(case))
        things.kwargs["class", state] = {"pk": case.request.pk}
        things.kwargs["student", state] = {"pk": case.request.pk, "student": student.pk}
        things.kwargs["place", state] = {"pk": student.cohort_id}
    for name in ("class", "place"):
        things.kwargs[name, "unknown"] = {"pk": NOBODY}
    things.kwargs["student", "unknown"] = things.kwargs["student", "draft"] | {"student": NOBODY}


def _taught(case: stories.Case, student: Any) -> Student:
    """The request is for a class with one student: this person, or somebody without an account."""
    today = clock.today()
    cohort = requests.describe_class(
        case.request, course="Statistics", first_day=today, last_day=today + timedelta(days=180), places=2,
        supervision="In the computer room.", by=case.applicant,
    )  # fmt: skip
    entry = Entry(student.name, student.email, "") if student is not None else Entry("Ann", "ann@uni.example", "")
    requests.keep_roster(cohort, entries=[entry], replace=False, by=case.applicant)
    return cohort.students.get()

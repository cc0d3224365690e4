"""Messages to the students of a class and to its supervisor.

A student is notified if an account matches their line of the roster; the supervisor does not learn whether one does.
"""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models import Cohort, Student
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.notifications.recipients import Message, Note, Notes, subject_of


def _students(notification: str, event: Event) -> Notes:
    """The students whom the event names, as long as they are on the roster and have an account."""
    named = Student.objects.filter(pk__in=event.about, removed_at__isnull=True, person__isnull=False)
    for one in named.select_related("person", "cohort__request__applicant").order_by("pk"):
        if one.person is not None:
            yield Note(one.person, notification, _path(one.cohort), _facts(one.cohort))


def _invited(event: Event) -> Notes:
    return _students("students_invited.student", event)


def _reminded(event: Event) -> Notes:
    return _students("students_reminded.student", event)


def _declined(event: Event) -> Notes:
    """The supervisor reads who declined: the place is free for another student once they remove this one."""
    found = Student.objects.select_related("cohort__request__applicant").filter(pk=subject_of(event)).first()
    if found is not None:
        request = found.cohort.request
        path = reverse("request_class", args=[request.pk])
        yield Note(request.applicant, "student_declined.supervisor", path, _facts(found.cohort) | {"name": found.name})


def _path(cohort: Cohort) -> str:
    return reverse("class_place", args=[cohort.pk])


def _facts(cohort: Cohort) -> dict[str, str]:
    return {
        "course": cohort.course,
        "supervisor": str(cohort.request.applicant),
        "day": date_format(cohort.last_day, "j F Y"),
    }


MESSAGES: Mapping[Kind, Message] = {
    Kind.STUDENTS_INVITED: Message(
        _invited,
        {
            "students_invited.student": (
                _("Confirm your place in “%(course)s”"),
                _(
                    "%(supervisor)s added you as a student to the class “%(course)s”. Confirm your place, then "
                    "read and sign the data use agreement. Without your signature you have no access to the data."
                ),
            ),
        },
    ),
    Kind.STUDENTS_REMINDED: Message(
        _reminded,
        {
            "students_reminded.student": (
                _("Reminder: confirm your place in “%(course)s” and sign"),
                _(
                    "You have not yet confirmed your place in the class “%(course)s” (supervisor: "
                    "%(supervisor)s) or signed its agreement. The class ends on %(day)s."
                ),
            ),
        },
    ),
    Kind.STUDENT_DECLINED: Message(
        _declined,
        {
            "student_declined.supervisor": (
                _("A student declined their place in “%(course)s”"),
                _(
                    "%(name)s declined their place in the class “%(course)s”. The place is not free until you "
                    "remove them from the roster."
                ),
            ),
        },
    ),
}

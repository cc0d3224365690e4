"""What a restore takes away again in classes."""

from apps.access_requests.models import Student
from apps.audit.models import Event


def remove_student(event: Event) -> bool:
    """The student is removed again. That their access was revoked is an event of its own.

    A student who is not in the backup has no place there.
    """
    student = vars(event)["subject_id"]
    Student.objects.filter(pk=student, removed_at__isnull=True).update(removed_at=event.at)
    return True

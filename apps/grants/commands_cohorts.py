"""A student leaves a class: their place and their access end in one transaction."""

from django.db import transaction

from apps.access_requests import rules_cohorts
from apps.access_requests.models import AccessRequest, Student
from apps.agreements.models import Agreement
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import Actor
from apps.grants.models import AccessGrant
from apps.people.rules import check_person, check_reason


@transaction.atomic
def remove_student(student: Student, *, reason: str, by: Actor) -> int:
    """The supervisor removes a student; every access of the student under the request is revoked with the reason,
    which the student reads. Returns how many were.

    The agreements are locked before the grants are read: access that is being issued meanwhile is revoked too, and
    what would be issued later is not (`apps.grants.commands.issue`).
    """
    by = check_person(by)
    request = AccessRequest.objects.select_for_update().get(pk=student.cohort.request_id)
    student = Student.objects.select_for_update(of=("self",)).select_related("cohort__request").get(pk=student.pk)
    rules_cohorts.check_can_remove(by, student)
    reason = check_reason(reason).strip()
    list(Agreement.objects.select_for_update(of=("self",)).filter(item__request=request).order_by("pk"))
    now = clock.now()
    Student.objects.filter(pk=student.pk).update(removed_at=now)
    record(Kind.STUDENT_REMOVED, actor=by, subject=student, about=[student.cohort_id])
    theirs = AccessGrant.objects.filter(agreement__item__request=request, revoked_at__isnull=True)
    grants = list(theirs.select_for_update(of=("self",)).filter(holder=student.person_id).order_by("pk"))
    for grant in grants if student.confirmed_at is not None else ():
        grant.revoked_at, grant.revoked_by, grant.revoked_because = now, by, reason
        grant.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])
        about = [grant.dataset_id, grant.holder_id, grant.agreement_id, request.pk]
        record(Kind.GRANT_REVOKED, actor=by, subject=grant, about=about)
    return len(grants)

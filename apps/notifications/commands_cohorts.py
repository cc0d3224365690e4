"""The e-mails to students of a class whom no account matches: one each, with the address of the class.

The address is the same for every student and opens nothing by itself: who signs in with the e-mail address or ORCID iD
on the roster sees their place. So the e-mail has no token.
"""

import logging
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.access_requests.models import Student
from apps.access_requests.queries_cohorts import students_to_mail
from apps.core import causes, clock, zones
from apps.core.actors import SYSTEM, Actor
from apps.core.addresses import absolute, portal_host
from apps.notifications import wording
from apps.notifications.outgoing import send_each, wait_after
from apps.people.rules import check_named

log = logging.getLogger(__name__)


def post_class_mails(*, by: Actor, limit: int = 100) -> int:
    """Send the queued e-mails to students. Several workers may send at once. Returns how many were sent."""
    check_named(by, SYSTEM)
    return send_each(_post_next_student, limit=limit, what="e-mails to students")


@transaction.atomic
def _post_next_student(connection: Any) -> bool | None:
    """Send the one that has waited longest; None if none is due. An address that the mail server refuses for good is
    not tried again; the supervisor does not learn it, as they do not learn who has an account.
    """
    due = students_to_mail().order_by("mail_due_at").select_for_update(skip_locked=True, of=("self",))
    found = due.select_related("cohort__request__applicant__institution").first()
    if found is None:
        return None
    row, attempts = Student.objects.filter(pk=found.pk), min(found.mail_attempts + 1, 1000)
    try:
        connection.send_messages([_student_mail(found)])
    except Exception as fault:  # whatever the mail server or its connection says
        cause = causes.for_log(causes.cause_of(fault))
        log.warning("the e-mail to student %s was not accepted (%s). %s", found.pk, type(fault).__name__, cause)
        later = None if _is_refused(fault) else clock.now() + wait_after(found.mail_attempts)
        row.update(mail_attempts=attempts, mail_due_at=later)
        connection.close()
        return False
    row.update(mail_attempts=attempts, mail_due_at=None, mailed_at=clock.now())
    return True


def _is_refused(fault: Exception) -> bool:
    """Whether the mail server refused the address for good (RFC 5321, 4.2.1: 5yz)."""
    if not isinstance(fault, SMTPRecipientsRefused):
        return False
    codes = [code for code, _text in fault.recipients.values()]
    return bool(codes) and min(codes) >= 500


def _student_mail(student: Student) -> EmailMessage:
    """Who supervises which class, until when, and its address; in the language of the supervisor."""
    cohort, by = student.cohort, student.cohort.request.applicant
    with override(by.language), timezone.override(zones.zone(by.time_zone)):
        said = {
            "name": wording.one_line(by.name),
            "institution": wording.one_line(str(by.institution or "–")),
            "course": wording.one_line(cohort.course),
            "day": formats.date_format(cohort.last_day, "j F Y"),
        }
        subject = _("Confirm your place in “%(course)s”") % said
        body = _(
            "%(name)s (%(institution)s) entered you as a student of the class “%(course)s”. Sign in at this address "
            "with the account that has this e-mail address. Then confirm your place, and read and sign the data use "
            "agreement. The class ends on %(day)s. If you do not know %(name)s, ignore this e-mail."
        )
        text = f"{body % said}\n\n{absolute(reverse('class_place', args=[cohort.pk]))}\n"
    return EmailMessage(
        subject=subject[: wording.LONGEST_SUBJECT],
        body=text,
        to=[student.email],
        headers={
            "Message-ID": f"<student.{student.pk}@{portal_host()}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": by.language,
        },
    )

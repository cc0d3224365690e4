"""The one e-mail to a student without an account: when, to whom, how often, and what it says."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from apps.access_requests import commands as requests
from apps.access_requests.models import Student
from apps.access_requests.roster import Entry
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.notifications.commands_cohorts import post_class_mails
from tests import stories
from tests.unit.access_requests.test_cohorts import class_case, entry

pytestmark = pytest.mark.django_db


def unknown(name: str) -> Entry:
    return Entry(name, f"{name}@students.example", "")


def to_students() -> list[Any]:
    return [one for one in mail.outbox if one.to[0].endswith("@students.example")]


def test_each_student_without_an_account_gets_one_e_mail_after_the_approval(monkeypatch: Any) -> None:
    known = stories.person()
    strangers = [unknown("anna"), unknown("gone"), unknown("busy"), Entry("Only iD", "", "0000-0002-1825-0097")]
    students = [*strangers, entry(known)]
    case, cohort = class_case(*students, places=6, applicant=stories.person(at=known.institution))
    case = stories.in_review(stories.submitted(case))
    assert post_class_mails(by=SYSTEM) == 0
    stories.offered(stories.decided(case))
    assert not Student.objects.get(person=known).mail_due_at
    real, codes = EmailBackend.send_messages, {"gone@students.example": 550, "busy@students.example": 450}

    def send(self: Any, messages: Any) -> int:
        if messages[0].to[0] in codes:
            raise SMTPRecipientsRefused({messages[0].to[0]: (codes[messages[0].to[0]], b"no")})
        return int(real(self, messages))

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    assert post_class_mails(by=SYSTEM) == 1
    assert post_class_mails(by=SYSTEM) == 0
    (sent,) = to_students()
    assert f"/classes/{cohort.pk}/" in sent.body and cohort.course in sent.body and case.request.title not in sent.body
    rows = {one.name: one for one in Student.objects.all()}
    assert rows["anna"].mailed_at and not rows["anna"].mail_due_at
    assert not rows["gone"].mail_due_at and not rows["gone"].mailed_at
    codes.clear()
    with clock.freeze(clock.now() + timedelta(minutes=10)):
        assert post_class_mails(by=SYSTEM) == 1
        assert requests.invite_students(case.request.pk, by=SYSTEM) == 0
        assert post_class_mails(by=SYSTEM) == 0


def test_a_roster_that_changes_all_the_time_sends_two_e_mails_a_place() -> None:
    case, cohort = class_case(unknown("s0"), places=1)
    stories.offered(stories.decided(stories.in_review(stories.submitted(case))))
    for number in (1, 2, 3):
        row = Student.objects.get(removed_at=None)
        Student.objects.filter(pk=row.pk).update(removed_at=clock.now())
        requests.keep_roster(cohort, entries=[unknown(f"s{number}")], replace=False, by=case.applicant)
    assert Student.objects.exclude(mail_due_at=None).count() == 2
    assert post_class_mails(by=SYSTEM) == 0  # the first was removed, and so was the second
    Student.objects.filter(name="s1").update(removed_at=None, declined_at=clock.now())
    assert post_class_mails(by=SYSTEM) == 0
    Student.objects.filter(name="s1").update(declined_at=None)
    Student.objects.filter(name="s3").update(removed_at=clock.now())
    assert post_class_mails(by=SYSTEM) == 1
    assert [one.to for one in to_students()] == [["s1@students.example"]]

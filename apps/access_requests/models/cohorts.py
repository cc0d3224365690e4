"""A request for a class: the course, the places that are asked for, and the roster of its students."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.requests import AccessRequest
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.people.models import Institution, Person


class Cohort(models.Model):
    """The class that a request is for; its applicant supervises it.

    `institution` is the applicant's when the class was described. Students sign as affiliated with it.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("supervision",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.OneToOneField(AccessRequest, on_delete=models.PROTECT, related_name="cohort")
    course = models.CharField(_("course"), max_length=200)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField(_("first day of the class"))
    last_day = models.DateField(_("last day of the class"))
    supervision = models.TextField(_("supervision"))
    places = models.PositiveSmallIntegerField(_("places"), validators=[MinValueValidator(1)])
    created_at = models.DateTimeField(db_default=Now())
    # When the students who had not signed were last reminded.
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        constraints = [
            seen_text("course", "supervision", name="cohort_text_is_seen"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="cohort_ends_after_start"),
            models.CheckConstraint(condition=Q(places__gte=1), name="cohort_has_places"),
        ]

    def __str__(self) -> str:
        return self.course


class Student(models.Model):
    """One line of the roster. Access follows from the student's own signature, never from this row alone.

    `person` is the only account that the line names, known to nobody outside the committee before it is confirmed. A
    removed student stays as a row once a committee has seen the roster.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("name", "email", "orcid")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="students")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail address"), blank=True)
    orcid = models.CharField(_("ORCID iD"), max_length=19, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="places")
    added_at = models.DateTimeField(db_default=Now())
    invited_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    # The one e-mail to a student whom no account matches: when it is to be sent (empty: not queued), and when it was.
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("student")
        verbose_name_plural = _("students")
        ordering = ["name", "id"]
        constraints = [
            seen_text("name", "email", "orcid", name="student_text_is_seen"),
            models.CheckConstraint(condition=~Q(email="", orcid="") | Q(name=""), name="student_can_be_recognised"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(person__isnull=False), name="student_confirmed_as_somebody"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(declined_at__isnull=True),
                name="student_confirms_or_declines",
            ),
            models.UniqueConstraint(
                F("cohort"), Lower("email"), condition=Q(removed_at__isnull=True) & ~Q(email=""),
                name="student_email_once",
            ),
            models.UniqueConstraint(
                fields=["cohort", "orcid"], condition=Q(removed_at__isnull=True) & ~Q(orcid=""),
                name="student_orcid_once",
            ),
            models.UniqueConstraint(
                fields=["cohort", "person"], condition=Q(removed_at__isnull=True, person__isnull=False),
                name="student_person_once",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["cohort", "name", "id"], name="student_by_name"),
            models.Index(fields=["person", "cohort"], name="student_by_person"),
            models.Index(Lower("email"), name="student_by_email"),
            models.Index(fields=["orcid"], condition=~Q(orcid=""), name="student_by_orcid"),
            models.Index(fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="student_to_mail"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.pk)


class NamedAccount(models.Model):
    """An account that a line of a roster names, or named when the roster was before a committee. It is never taken
    back: the person does not decide on the request, also if the line names two people or is changed or removed.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="accounts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "person"], name="student_names_account_once")]

    def __str__(self) -> str:
        return f"{self.student_id} names {self.person_id}"

"""Which members of a committee are assigned to review a request."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.cohorts import NamedAccount
from apps.access_requests.models.requests import AccessRequest, Membership
from apps.access_requests.models.review import Recusal
from apps.committees.models import CommitteeMember
from apps.core.identifiers import new_id
from apps.core.triggers import evidence, set_once
from apps.people.models import Person


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def counted(self) -> Self:
        """Those that apply now: not ended, of a current member who is neither part of the request nor a student of its
        class, and declared no conflict.

        So an assignment ends by itself when the member leaves the committee or declares a conflict of interest.
        """
        person = "membership__person_id"
        same = Q(person_id=OuterRef(person)) | Q(person__merged_into_id=OuterRef(person))
        named = Membership.objects.filter(same, request=OuterRef("request_id"))
        student = NamedAccount.objects.filter(same, student__cohort__request=OuterRef("request_id"))
        aside = Recusal.objects.filter(same, request=OuterRef("request_id"))
        members = CommitteeMember.objects.appointed().filter(pk=OuterRef("membership_id"))
        own = Q(request__applicant_id=F(person)) | Q(request__applicant__merged_into_id=F(person))
        found = self.filter(Exists(members), ended_at__isnull=True).exclude(own)
        return found.exclude(Exists(named)).exclude(Exists(student)).exclude(Exists(aside))


class Assignment(models.Model):
    """A committee member is assigned to review a request. It says who prepares the case; every member votes.

    Evidence: it is ended, never deleted.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="assignments")
    membership = models.ForeignKey(CommitteeMember, on_delete=models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["assigned_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "membership"], condition=Q(ended_at__isnull=True), name="assigned_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="assignment_ended_by_somebody",
            ),
            *evidence(
                "access_requests_assignment",
                "who was assigned to a request cannot be changed or deleted",
                may_change=["ended_at", "ended_by_id"],
                refuse_if=set_once("ended_at", "ended_by_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} reviews {self.request_id}"

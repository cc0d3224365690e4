"""What committee members answer about conflicts of interest before a case opens. A conflict is a `Recusal`."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.requests import AccessRequest
from apps.core.identifiers import new_id
from apps.core.triggers import evidence
from apps.people.models import Person


class NoConflictDeclaration(models.Model):
    """A person declared that they have no conflict of interest with these people. Never changed.

    `people` are the applicant and the project members whose names were shown, and `named.UNKNOWN` if the page said that
    not all of them are known; and the ids of the shared work (`SharedWork`) that the round named. The declaration is
    valid while the request names nobody and no work else (`queries_conflicts.valid_declarations`).
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="no_conflict_declarations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    people = ArrayField(models.UUIDField())
    declared_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("declaration of no conflict of interest")
        verbose_name_plural = _("declarations of no conflict of interest")
        ordering = ["-declared_at"]
        indexes = [models.Index(fields=["request", "person"], name="no_conflict_by_request")]
        constraints = [
            *evidence(
                "access_requests_noconflictdeclaration",
                "a declaration about conflicts of interest cannot be changed or deleted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} has no conflict in {self.request_id}"

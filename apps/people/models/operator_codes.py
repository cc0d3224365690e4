"""The code with which the first operator of a new portal takes the role (docs/decisions/first-operator.md)."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.core import clock
from apps.core.identifiers import new_id
from apps.people.models.people import Person

LASTS = timedelta(hours=1)


class OperatorCodeQuerySet(models.QuerySet["OperatorCode"]):
    def alive(self, at: datetime | None = None) -> Self:
        """Codes that can still be used: not used, and within their hour."""
        return self.filter(used_at__isnull=True, ends_at__gt=clock.sql_now(at))


class OperatorCode(models.Model):
    """A code that the command line printed once; `digest` is its SHA-256, so this table gives nobody the role."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="operator_codes")

    objects = OperatorCodeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("made_at")), name="operator_code_ends_after_it_was_made"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="operator_code_used_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"

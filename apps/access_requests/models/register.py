"""Whether the portal publishes its decisions."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.identifiers import new_id
from apps.core.triggers import evidence
from apps.people.models import Person


class RegisterSetting(models.Model):
    """The register of decisions was switched on or off; the newest row counts, and without one it is off.

    `set_by` is empty for the console, and if a restore from a backup switched it off again.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    is_public = models.BooleanField()
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("setting of the register of decisions")
        verbose_name_plural = _("settings of the register of decisions")
        ordering = ["-set_at", "-id"]
        constraints = [
            *evidence(
                "access_requests_registersetting",
                "a setting of the register of decisions cannot be changed or deleted",
            ),
        ]

    def __str__(self) -> str:
        return "public" if self.is_public else "off"

"""Texts of the portal that an operator writes: the privacy notice and the accessibility statement."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence


class SiteText(models.Model):
    """One version of a text in one language, never changed; the newest one counts."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    class Kind(models.TextChoices):
        PRIVACY = "privacy", _("Privacy notice")
        ACCESSIBILITY = "accessibility", _("Accessibility statement")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    language = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    text = models.TextField(_("text"))
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("text of the portal")
        verbose_name_plural = _("texts of the portal")
        ordering = ["kind", "language", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "language", "version"], name="site_text_version_once"),
            models.CheckConstraint(condition=~Q(text=""), name="site_text_not_empty"),
            seen_text("text", name="site_text_is_seen"),
            *evidence("people_sitetext", "a published text of the portal cannot be changed or deleted"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language} {self.version}"

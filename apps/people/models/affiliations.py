"""Affiliations: which institution a person belongs to, and until when that is valid."""

from datetime import datetime, timedelta
from enum import IntEnum
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence
from apps.people.models.people import Institution, Person
from apps.people.models.providers import Provider

MONTH = timedelta(days=365) / 12


def valid_until_from(moment: datetime) -> datetime:
    """Until when an affiliation counts that is confirmed at this moment."""
    return moment + settings.AFFILIATION_MONTHS * MONTH


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def active(self, at: datetime | None = None) -> Self:
        """Those that hold at the moment: begun, not lapsed, not ended."""
        moment = clock.sql_now(at)
        begun = self.filter(starts_at__lte=moment, valid_until__gt=moment)
        return begun.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment))


class Affiliation(models.Model):
    """An institution says that a person belongs to it; each sign-in through it says so again, and without one it
    expires.

    A gap stays a gap: what had lapsed is not made whole again, a new row begins.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("scoped",)

    class Notified(IntEnum):
        """Which notification about its expiry went out last; reset to none when it is prolonged."""

        NOTHING = 0
        A_MONTH = 1
        A_WEEK = 2
        EXPIRED = 3

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="affiliations")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="affiliations")
    scoped = models.CharField(max_length=200, blank=True)
    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="affiliations")
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="affiliations_confirmed")
    starts_at = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="affiliations_ended")
    notified = models.PositiveSmallIntegerField(default=0)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["-starts_at"]
        indexes = [
            models.Index(fields=["person", "valid_until"], name="affiliation_of_person"),
            models.Index(fields=["institution", "valid_until"], name="affiliation_at_institution"),
            models.Index(fields=["valid_until"], condition=Q(ended_at__isnull=True), name="affiliation_to_expire"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("starts_at")), name="affiliation_expires_after_start"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="affiliation_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.institution_id}"


class AffiliationStatement(models.Model):
    """What a signing official said of somebody, and why: added, never changed. The person reads it."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    affiliation = models.ForeignKey(Affiliation, on_delete=models.PROTECT, related_name="words")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="affiliation_statements")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            seen_text("reason", name="affiliation_statement_text_is_seen"),
            models.CheckConstraint(condition=~Q(reason=""), name="affiliation_statement_has_reason"),
            *evidence(
                "people_affiliationstatement",
                "a statement about an affiliation cannot be changed or deleted; its reason may only be emptied",
                may_be_emptied=["reason"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.affiliation_id}"

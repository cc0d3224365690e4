"""Visas that people bring from home (GA4GH Passport 1.2), and the issuers whose visas are trusted."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.identifiers import new_id
from apps.people.models.people import Identity, Terms
from apps.people.models.providers import Provider

ACCEPTED_TERMS = "AcceptedTermsAndPolicies"

RESEARCHER = "ResearcherStatus"

LINKED = "LinkedIdentities"


class VisaIssuer(models.Model):
    """Somebody whose signature on visas is trusted: about these sources, by the keys at this one address.

    `provider` is the identity provider whose subjects its visas carry, if they carry those of one; without it only a
    LinkedIdentities visa can say that a subject of the issuer's is a person who signs in here.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("name"), max_length=200)
    issuer = models.CharField(max_length=300, unique=True)
    jku = models.CharField(max_length=300)
    sources = ArrayField(models.CharField(max_length=255))
    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="visa_issuers")
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("visa issuer")
        verbose_name_plural = _("visa issuers")
        ordering = ["title", "slug"]
        constraints = [models.CheckConstraint(condition=Q(sources__len__gt=0), name="visa_issuer_has_a_source")]

    def __str__(self) -> str:
        return self.title


class VisaQuerySet(models.QuerySet["Visa"]):
    def counted_now(self, at: datetime | None = None) -> Self:
        """Those that count at the moment: accepted, seen and not gone since, not expired, their issuer trusted."""
        moment = clock.sql_now(at)
        accepted = self.filter(accepted=True, starts_at__lte=moment, expires_at__gt=moment)
        here = accepted.filter(Q(gone_at__isnull=True) | Q(gone_at__gt=moment))
        return here.filter(Q(trusted__ended_at__isnull=True) | Q(trusted__ended_at__gt=moment))


class Visa(models.Model):
    """One visa as an identity brought it at a sign-in; it counts from then until it expires or is missing once.

    One that is not accepted is stored as well, with the code of why, so that its person can see it; what it says was
    then perhaps never proved.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("subject", "value")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="visas")
    trusted = models.ForeignKey(VisaIssuer, null=True, on_delete=models.PROTECT, related_name="visas")
    issuer = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    type = models.CharField(max_length=255, blank=True)
    value = models.CharField(max_length=2000, blank=True)
    source = models.CharField(max_length=255, blank=True)
    by = models.CharField(max_length=40, blank=True)
    asserted_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    terms = models.ForeignKey(Terms, null=True, on_delete=models.PROTECT, related_name="visas")
    accepted = models.BooleanField()
    why = models.CharField(max_length=20, blank=True)
    starts_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    objects = VisaQuerySet.as_manager()

    class Meta:
        verbose_name = _("visa")
        verbose_name_plural = _("visas")
        ordering = ["-accepted", "type", "starts_at", "pk"]
        indexes = [models.Index(fields=["identity", "type"], name="visa_of_identity")]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted=False) & ~Q(why="")
                | Q(accepted=True, why="", trusted__isnull=False, expires_at__isnull=False),
                name="visa_accepted_or_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(accepted=False) | ~Q(type=ACCEPTED_TERMS) | Q(terms__isnull=False),
                name="visa_of_terms_names_the_terms",
            ),
            models.CheckConstraint(
                condition=Q(gone_at__isnull=True) | Q(gone_at__gte=F("starts_at")), name="visa_gone_after_it_came"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.issuer}"

"""Roles that follow what a provider says of a person: the mappings, and until when such a role counts."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.identifiers import new_id
from apps.people.models.people import PlatformRole
from apps.people.models.providers import Provider

CONFIRMED_FOR = timedelta(minutes=15)  # a role from a claim counts so long after its provider last said so

ASK_AFTER = timedelta(minutes=10)  # and so long after it the provider is asked again, while the person works


def confirmed(at: datetime | None = None) -> Q:
    """The one answer to "does this membership or role count for its person now": yes if assigned manually; from a
    claim, if confirmed.
    """
    return Q(claim__isnull=True) | Q(confirmed_until__gt=clock.sql_now(at))


def confirmed_in_full(name: str) -> models.CheckConstraint:
    """A role from a claim says until when it is confirmed; a manually assigned one does not."""
    by_hand = Q(claim__isnull=True, confirmed_until__isnull=True)
    return models.CheckConstraint(condition=by_hand | Q(claim__isnull=False, confirmed_until__isnull=False), name=name)


CURRENT = Q(ended_at__isnull=True)  # the mappings that count today


class ClaimRule(models.Model):
    """Whoever this provider says holds exactly this value of this claim has a role here; it ends, never vanishes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="%(class)ss")
    claim = models.CharField(_("claim"), max_length=200)
    value = models.CharField(_("value"), max_length=500)
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.claim}={self.value}"


class PlatformRoleClaim(ClaimRule):
    """A claim that gives a platform role."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    role = models.CharField(max_length=20, choices=PlatformRole.Kind.choices)

    class Meta:
        verbose_name = _("role from sign-in")
        verbose_name_plural = _("roles from sign-in")
        ordering = ["provider", "claim", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "claim", "value", "role"], condition=Q(ended_at__isnull=True),
                name="platform_role_claim_once",
            ),
        ]  # fmt: skip

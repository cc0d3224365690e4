"""Download links: time-limited, for one person, one file and the grant that allows the download."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.core import clock
from apps.core.identifiers import new_id
from apps.datasets.models import Distribution
from apps.grants.models import AccessGrant
from apps.people.models import Person

LONGEST = timedelta(hours=24)


def living(at: datetime | None = None) -> Q:
    """A condition on links: not expired and not ended at this moment."""
    return Q(ended_at__isnull=True, expires_at__gt=clock.sql_now(at))


class LinkQuerySet(models.QuerySet["DownloadLink"]):
    def active(self, at: datetime | None = None) -> Self:
        """Links that have not expired and were not ended; at each use the access rule is checked as well."""
        return self.filter(living(at))


class DownloadLink(models.Model):
    """An address for one file. What it allows never changes. Only a digest of its secret is stored."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="links")
    distribution = models.ForeignKey(Distribution, on_delete=models.PROTECT, related_name="links")
    grant = models.ForeignKey(AccessGrant, null=True, on_delete=models.PROTECT, related_name="links")
    made_with = models.ForeignKey("tokens.PersonalToken", null=True, on_delete=models.PROTECT, related_name="links")
    second_factor = models.BooleanField(default=False)  # whether the sign-in that created it had one
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)  # when the first bytes were sent; later ones continue that download

    asked_at: datetime  # no column: the moment of the question, where `queries_one.lock_link` asked it

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")) & Q(expires_at__lte=F("made_at") + LONGEST),
                name="link_lives_a_day_at_most",
            ),
            models.CheckConstraint(
                condition=Q(grant__isnull=True) | Q(person__isnull=False), name="link_on_grant_has_person"
            ),
        ]
        indexes = [models.Index(fields=["person", "-made_at"], name="link_by_person")]

    def __str__(self) -> str:
        return f"link to {self.distribution_id}"

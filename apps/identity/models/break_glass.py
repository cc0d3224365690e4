"""The account for the day when no identity provider answers: it gives the operator role, and no data."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.identifiers import new_id
from apps.people.models.people import Person

LASTS = timedelta(hours=1)  # one use, from its beginning

MOST_TRIES = 5

RESTS_FOR = timedelta(minutes=15)


class BreakGlassQuerySet(models.QuerySet["BreakGlassAccount"]):
    def alive(self, at: datetime | None = None) -> Self:
        """Those that can be used at the moment: not disabled, not past their end."""
        moment = clock.sql_now(at)
        return self.filter(ends_at__gt=moment, person__is_active=True).filter(
            Q(disabled_at__isnull=True) | Q(disabled_at__gt=moment)
        )


class BreakGlassAccount(models.Model):
    """A password and a second factor for one person who is no one's colleague; made and ended at the command line only.

    The password is kept as a scrypt digest, the second factor's secret sealed with a key that is not in the database.
    `last_step` is the time step of the last code that was taken: each code counts once (RFC 6238, section 5.2).
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="break_glass")
    handle = models.CharField(max_length=40, unique=True)
    password = models.CharField(max_length=300)
    sealed_seed = models.CharField(max_length=400)
    last_step = models.BigIntegerField(default=0)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        verbose_name = _("emergency account")
        verbose_name_plural = _("emergency accounts")
        ordering = ["made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("made_at")), name="break_glass_ends_after_it_was_made"),
        ]

    def __str__(self) -> str:
        return self.handle

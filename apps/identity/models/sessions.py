"""The sittings of people at this portal, each begun by a sign-in, and the logout words of providers seen so far."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.identifiers import new_id
from apps.people.models.people import Person
from apps.people.models.providers import Provider

IDLE = timedelta(minutes=30)

LONGEST = timedelta(hours=12)

SEEN_EVERY = timedelta(minutes=1)  # how often the use of a session is written down


class PersonSessionQuerySet(models.QuerySet["PersonSession"]):
    def alive(self, at: datetime | None = None) -> Self:
        """Sessions that still count: not ended, used within half an hour, begun within half a day (or less)."""
        moment = clock.sql_now(at)
        used = self.filter(ended_at__isnull=True, seen_at__gt=moment - IDLE, started_at__gt=moment - LONGEST)
        return used.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment))

    def asked(self) -> Self:
        """With `asked_at`, the moment of the question."""
        return self.annotate(asked_at=clock.sql_now())


class PersonSession(models.Model):
    """One browser in which a person is signed in. Without a living row here its cookie opens nothing.

    `key_digest` is the SHA-256 of the session's key: whoever reads this table cannot sign in with what it holds.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("browser",)

    class Ended(models.TextChoices):
        SIGNED_OUT = "signed_out", _("signed out")
        BY_PERSON = "by_person", _("ended from the list of sessions")
        REPLACED = "replaced", _("signed in again")
        PROVIDER = "provider", _("signed out at the institution")
        DEACTIVATED = "deactivated", _("the account was closed")
        RESTORED = "restored", _("the portal was restored from a backup")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sessions")
    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="sessions")
    subject = models.CharField(max_length=255, blank=True)
    sid = models.CharField(max_length=255, blank=True)
    key_digest = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    auth_time = models.DateTimeField()
    acr = models.CharField(max_length=200, blank=True)
    amr = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    second_factor = models.BooleanField(default=False)
    roles_confirmed_at = models.DateTimeField(null=True)  # None: this provider's claims give nobody a role
    browser = models.CharField(max_length=60, blank=True)
    ends_at = models.DateTimeField(null=True)  # sooner than other sessions, whatever is done in it
    ended_at = models.DateTimeField(null=True)
    asked_at: datetime  # no column: the moment of the question, where `asked()` was said
    ended_because = models.CharField(max_length=20, choices=Ended.choices, blank=True)

    objects = PersonSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-seen_at"]
        indexes = [
            models.Index(fields=["person"], condition=Q(ended_at__isnull=True), name="session_open_of_person"),
            models.Index(fields=["provider", "subject"], condition=Q(ended_at__isnull=True), name="session_subject"),
            models.Index(fields=["provider", "sid"], condition=Q(ended_at__isnull=True), name="session_sid"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="session_ended_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(seen_at__gte=F("started_at")), name="session_seen_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.browser}"


class LogoutToken(models.Model):
    """A provider's logout token, by its jti: each counts once. A sign-in it overtook does not count at all."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="logout_words")
    jti = models.CharField(max_length=255)
    subject = models.CharField(max_length=255, blank=True, db_default="")
    sid = models.CharField(max_length=255, blank=True, db_default="")
    issued_at = models.DateTimeField(
        db_default=Now()
    )  # by the provider's clock, like the identity tokens it is compared with
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["provider", "issued_at"], name="logout_token_newest")]
        constraints = [models.UniqueConstraint(fields=["provider", "jti"], name="logout_token_once")]

    def __str__(self) -> str:
        return self.jti

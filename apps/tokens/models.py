"""Keys for scripts: personal ones, those of programs authorised by a code, and those of service accounts.

Whoever reads these tables cannot use what they hold: of every secret only a digest is kept. Each kind of secret has a
column of its own and is looked for nowhere else, so none is taken in another's place.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.people.models.people import Person

LONGEST_ACCOUNT = timedelta(days=366)

FIRST_INTERVAL = 5  # seconds between two polls (RFC 8628, 3.2)


class ServiceAccountQuerySet(models.QuerySet["ServiceAccount"]):
    def alive(self, at: datetime | None = None) -> Self:
        """Those that may still act: not ended, and their last day not over."""
        return self.filter(ended_at__isnull=True, ends_at__gt=clock.sql_now(at))


class ServiceAccount(models.Model):
    """A pipeline that acts for its owner until a day at most a year away: it reads exactly what its owner may."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("name", "purpose")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="service_accounts")
    name = models.CharField(_("name"), max_length=100)
    purpose = models.TextField(_("purpose"))
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(_("ends"))
    ended_at = models.DateTimeField(null=True)

    objects = ServiceAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("service account")
        verbose_name_plural = _("service accounts")
        ordering = ["-made_at"]
        constraints = [
            seen_text("name", "purpose", name="service_account_text_is_seen"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("made_at")) & Q(ends_at__lte=F("made_at") + LONGEST_ACCOUNT),
                name="service_account_ends_within_a_year",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TokenQuerySet(models.QuerySet["PersonalToken"]):
    def alive(self, at: datetime | None = None) -> Self:
        """Tokens that still open the API: not revoked, not expired, their person active and not signed out at home.

        Those of a service account end with it as well. Every kind of token is checked here.
        """
        return self.not_revoked(at).filter(expires_at__gt=clock.sql_now(at))._of_people_who_may()

    def not_revoked(self, at: datetime | None = None) -> Self:
        """Tokens that nobody has ended, whether their time is up or not: neither revoked nor of an ended account."""
        moment = clock.sql_now(at)
        own = Q(service__isnull=True) | Q(service__ended_at__isnull=True, service__ends_at__gt=moment)
        return self.filter(own, revoked_at__isnull=True)

    def refreshable(self, at: datetime | None = None) -> Self:
        """Programs that may still fetch a new token, their person being as above."""
        moment = clock.sql_now(at)
        return self.filter(kind=PersonalToken.Kind.DEVICE, refresh_expires_at__gt=moment)._of_people_who_may()

    def _of_people_who_may(self) -> Self:
        return self.filter(revoked_at__isnull=True, person__is_active=True, person__signed_out_at__isnull=True)


class PersonalToken(models.Model):
    """A key for scripts. Only its SHA-256 is kept; it is shown once, scoped, and always expires.

    For a program authorised by a code there is one row for as long as it stays: `digest` is the short token of the
    moment, `refresh_digest` what fetches the next, and both are replaced at once.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("name",)

    class Scope(models.TextChoices):
        READ = "read", _("read datasets, requests and access")
        REQUEST = "request", _("write and submit requests")
        DOWNLOAD = "download", _("create download links and download files")
        PUBLISH = "publish", _("describe and publish datasets")
        REVIEW = "review", _("read your committees’ requests and write messages")
        VOTE = "vote", _("check, return and vote on your committees’ requests (at most 1 day)")

    class Kind(models.TextChoices):
        PERSONAL = "personal", _("personal access token")
        DEVICE = "device", _("authorised device")
        SERVICE = "service", _("service account")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSONAL)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    service = models.ForeignKey(ServiceAccount, null=True, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    second_factor = models.BooleanField(default=False)  # of the sign-in in which it was made or authorised
    # The facts of that sign-in (`SignIn.as_json`), which a vote with this token keeps; NULL if they are not known.
    sign_in = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(_("ends"))
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    client_id = models.CharField(max_length=60, blank=True)
    refresh_digest = models.CharField(max_length=64, null=True, unique=True)
    refresh_expires_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("personal access token")
        verbose_name_plural = _("personal access tokens")
        ordering = ["-created_at"]
        constraints = [
            seen_text("name", name="token_text_is_seen"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="token_expires_after_creation"),
            models.CheckConstraint(
                condition=Q(kind="service", service__isnull=False) | (~Q(kind="service") & Q(service__isnull=True)),
                name="token_of_a_service_account",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="device", refresh_digest__isnull=False, refresh_expires_at__lte=F("ends_at"))
                    & Q(expires_at__lte=F("ends_at"))
                    & ~Q(client_id="")
                )
                | (
                    ~Q(kind="device")
                    & Q(
                        client_id="", refresh_digest__isnull=True, refresh_expires_at__isnull=True, ends_at__isnull=True
                    )
                ),
                name="token_of_a_program",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint})"

    def is_revoked(self) -> bool:
        """Whether the token was revoked or its service account has ended, read from the database now."""
        return not PersonalToken.objects.not_revoked().filter(pk=self.pk).exists()

    @property
    def last_day(self) -> datetime:
        """When it ends unless it is used before: of a program, when nothing can be fetched any more."""
        return self.refresh_expires_at or self.expires_at


class UsedRefreshToken(models.Model):
    """A refresh token that was used. Shown again it is in two hands, and everything that came of it ends."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token = models.ForeignKey(PersonalToken, on_delete=models.PROTECT, related_name="spent")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.token_id} {self.used_at}"


class DeviceRequestQuerySet(models.QuerySet["DeviceRequest"]):
    def open(self, at: datetime | None = None) -> Self:
        """Those that a person may still answer."""
        undecided = self.filter(approved_at__isnull=True, refused_at__isnull=True)
        return undecided.filter(expires_at__gt=clock.sql_now(at))


class DeviceRequest(models.Model):
    """A program on some machine asks to be authorised, and waits for a person to type its code (RFC 8628).

    Swept after a day. `user_digest` is keyed with the portal's own secret: eight characters alone could be tried out.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("asked_from", "browser")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client_id = models.CharField(max_length=60)
    scopes = ArrayField(models.CharField(max_length=20, choices=PersonalToken.Scope.choices))
    second_factor = models.BooleanField(default=False, db_default=False)  # of the sign-in that authorised it
    device_digest = models.CharField(max_length=64, unique=True)
    user_digest = models.CharField(max_length=64, unique=True)
    asked_from = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    polled_at = models.DateTimeField(null=True)
    interval = models.PositiveSmallIntegerField(default=FIRST_INTERVAL)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="device_requests")
    approved_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    token = models.OneToOneField(PersonalToken, null=True, on_delete=models.PROTECT, related_name="device_request")

    objects = DeviceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("device request")
        verbose_name_plural = _("device requests")
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["expires_at"], name="device_request_expires")]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(refused_at__isnull=True), name="device_request_one_answer"
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, refused_at__isnull=True) | Q(person__isnull=False),
                name="device_request_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(token__isnull=True) | Q(approved_at__isnull=False), name="device_request_token_if_approved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.asked_at}"


class CalendarFeed(models.Model):
    """The secret address of a person's calendar of due dates, which calendar programs read. One at a time."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at__isnull=True), name="calendar_feed_one"),
        ]

    def __str__(self) -> str:
        return f"calendar of {self.person_id}"

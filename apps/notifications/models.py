"""Notifications, shown in the portal's inbox and sent by e-mail."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.identifiers import new_id
from apps.notifications.rhythms import Rhythms
from apps.people.models import Person


class Notification(models.Model):
    """One notification of one event to one recipient, exactly once; shown in the inbox and sent by e-mail."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("subject", "body")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event_id = models.BigIntegerField()
    reader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=40)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField()
    path = models.CharField(max_length=300, blank=True)
    written_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    in_digest = models.BooleanField(default=False, db_default=False)  # sent with others, in one e-mail
    not_before = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-written_at", "-event_id"]
        constraints = [models.UniqueConstraint(fields=["event_id", "reader"], name="notification_once_per_event")]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(posted_at__isnull=True), name="notification_to_send"),
            models.Index(fields=["reader", "-written_at"], name="notification_by_reader"),
        ]

    def __str__(self) -> str:
        return self.subject


class MailChoice(models.Model):
    """How often a person gets e-mail about requests, agreements, access and datasets; without a row, at once."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    class Rhythm(models.TextChoices):
        AT_ONCE = Rhythms.AT_ONCE.value, _("At once")
        DAILY = Rhythms.DAILY.value, _("Once a day")
        WEEKLY = Rhythms.WEEKLY.value, _("Once a week, on Monday")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="mail_choice")
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices, default=Rhythm.AT_ONCE)
    next_at = models.DateTimeField(null=True)  # when the next digest is due

    class Meta:
        verbose_name = _("choice of e-mail")
        verbose_name_plural = _("choices of e-mail")
        constraints = [
            models.CheckConstraint(
                condition=Q(rhythm="at_once", next_at__isnull=True) | (~Q(rhythm="at_once") & Q(next_at__isnull=False)),
                name="mail_choice_says_when",
            ),
        ]
        indexes = [models.Index(fields=["next_at"], name="mail_choice_by_time")]

    def __str__(self) -> str:
        return f"{self.rhythm} for {self.person_id}"

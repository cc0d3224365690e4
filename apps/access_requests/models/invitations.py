"""People whom the applicant invites by e-mail address or ORCID iD, and who confirm that they take part."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.requests import AccessRequest
from apps.core.identifiers import new_id
from apps.people.models import Person


class Invitation(models.Model):
    """One person is invited to a request, by an address or an iD. They are no party to it before they confirm.

    The link in the e-mail has a token of 32 random bytes. It is made when the e-mail is sent, and only its SHA-256 is
    here. `mail_due_at` is when an e-mail is to be sent (empty: none is queued). `claimed_by` opened the link with an
    account that neither the address nor the iD names; the applicant says whether they are the person who was meant.
    Address and iD are erased some time after the end (`ERASED`); who confirmed is in `person`.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("email", "orcid")

    class Outcome(models.TextChoices):
        OPEN = "", _("Invited")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Invitation withdrawn")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="invitations")
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(_("e-mail address"), blank=True)
    orcid = models.CharField(_("ORCID iD"), max_length=40, blank=True)
    invited_at = models.DateTimeField(db_default=Now())
    queued_at = models.DateTimeField(db_default=Now())  # invited, or invited again
    expires_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    mail_due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    undelivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0, db_default=0)  # to send the e-mail that is queued
    times_queued = models.PositiveIntegerField(default=1, db_default=1)
    claimed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default=Outcome.OPEN, db_default="")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["invited_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "request"], condition=Q(outcome="") & ~Q(email=""), name="invitation_once_by_email"
            ),
            models.UniqueConstraint(
                fields=["orcid", "request"], condition=Q(outcome="") & ~Q(orcid=""), name="invitation_once_by_orcid"
            ),
            models.UniqueConstraint(fields=["token_hash"], condition=~Q(token_hash=""), name="invitation_token_once"),
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="invitation_email_is_lower_case"),
            models.CheckConstraint(
                condition=~Q(outcome="") | ~Q(email="") | ~Q(orcid=""), name="invitation_says_who_is_invited"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="invitation_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(outcome="confirmed", person__isnull=False)
                | (~Q(outcome="confirmed") & Q(person__isnull=True)),
                name="invitation_confirmed_says_who",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(token_hash="", mail_due_at__isnull=True),
                name="invitation_ended_has_no_link",
            ),
        ]
        indexes = [
            models.Index(fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="invitation_to_send"),
            models.Index(fields=["invited_by", "queued_at"], name="invitation_by_inviter"),
            models.Index(fields=["expires_at"], condition=~Q(email="") | ~Q(orcid=""), name="invitation_to_erase"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk} to {self.request_id}"

    @property
    def entry(self) -> str:
        """How the applicant named the person: the address, or the iD; empty once both are erased."""
        return self.email or self.orcid

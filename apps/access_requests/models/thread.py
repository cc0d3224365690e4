"""What people write to each other about a request while it is reviewed: messages, which never change the request."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.requests import AccessRequest
from apps.committees.models import Committee
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence, set_once
from apps.people.models import Person


class Message(models.Model):
    """One message about a request. Never edited; its author may withdraw it, which empties its text.

    `committee` is the committee for which a member wrote it; messages of the applicant's side have none. An `internal`
    message is read by members of that committee only: not by the applicant's side, nor by another committee.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("text",)
    LONGEST = 5000  # characters of the text

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    committee = models.ForeignKey(Committee, null=True, on_delete=models.PROTECT, related_name="+")
    internal = models.BooleanField(default=False, db_default=False)
    text = models.TextField(_("message"))
    written_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-written_at", "-id"]
        indexes = [models.Index(fields=["request", "-written_at", "-id"], name="message_by_request")]
        constraints = [
            seen_text("text", name="message_text_is_seen"),
            models.CheckConstraint(
                condition=Q(internal=False) | Q(committee__isnull=False), name="message_internal_has_committee"
            ),
            models.CheckConstraint(condition=Q(withdrawn_at__isnull=True) | Q(text=""), name="message_withdrawn_empty"),
            *evidence(
                "access_requests_message",
                "a message cannot be changed or deleted",
                may_change=["withdrawn_at"],
                may_be_emptied=["text"],
                refuse_if=set_once("withdrawn_at"),
            ),
        ]

    def __str__(self) -> str:
        return f"message on {self.request_id}"

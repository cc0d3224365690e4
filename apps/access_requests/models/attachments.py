"""Documents that people attach to a request, to an answer or to a message."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.requests import AccessRequest
from apps.access_requests.models.review import Question
from apps.access_requests.models.thread import Message
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import Trigger, never_truncated
from apps.people.models import Person

# What was attached stays as it was. Rows can be deleted until a round contains them; a name may be erased, a state and
# a moment are set once, and the key of the stored bytes can only be given up together with the bytes.
FROZEN = """
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.message_id IS NOT NULL OR EXISTS (
            SELECT 1 FROM public.access_requests_round r
            WHERE r.request_id = OLD.request_id AND r.opened_at >= OLD.uploaded_at)
        THEN
            RAISE EXCEPTION USING MESSAGE = 'a submitted attachment cannot be deleted', ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF (to_jsonb(NEW) - ARRAY['name', 'storage_key', 'check_state', 'checked_at', 'removed_at']
        <> to_jsonb(OLD) - ARRAY['name', 'storage_key', 'check_state', 'checked_at', 'removed_at']
        OR NEW.name NOT IN ('', OLD.name)
        OR (NEW.storage_key IS NOT NULL AND NEW.storage_key IS DISTINCT FROM OLD.storage_key)
        OR (OLD.check_state <> 'waiting' AND NEW.check_state <> OLD.check_state)
        OR (OLD.checked_at IS NOT NULL AND NEW.checked_at IS DISTINCT FROM OLD.checked_at)
        OR (OLD.removed_at IS NOT NULL AND NEW.removed_at IS DISTINCT FROM OLD.removed_at)) IS NOT FALSE
    THEN
        RAISE EXCEPTION USING MESSAGE = 'an attachment cannot be changed', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
"""


class Attachment(models.Model):
    """One stored document, as it was when it was attached; never replaced, only removed.

    `check_state` says what the malware scanner found. Nobody can open a document that is `waiting`. Of an `infected`
    one, and of one in a message that was withdrawn, the bytes are deleted and the row stays without a key. Without a
    scanner a document is `unchecked`, and pages say so. `field` names the field of a form that asked for it.
    `removed_at`: the applicant took it back; rounds in which it was submitted still contain it.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("name",)
    STORED_FILES: ClassVar[tuple[str, ...]] = ("storage_key",)

    class Kind(models.TextChoices):
        ETHICS = "ethics", _("Ethics approval")
        PROTOCOL = "protocol", _("Study protocol")
        CV = "cv", _("CV")
        PLAN = "plan", _("Analysis or data management plan")
        OTHER = "other", _("Other document")

    class CheckState(models.TextChoices):
        WAITING = "waiting", _("Being checked for malware")
        CLEAN = "clean", _("No malware found")
        UNCHECKED = "unchecked", _("Not checked for malware")
        INFECTED = "infected", _("Refused: contains malware")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="attachments")
    question = models.ForeignKey(Question, null=True, on_delete=models.PROTECT, related_name="attachments")
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(_("kind of document"), max_length=10, choices=Kind.choices, default=Kind.OTHER)
    field = models.CharField(max_length=100, blank=True, db_default="")
    name = models.CharField(_("file name"), max_length=200)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=100, null=True, unique=True)
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now())
    check_state = models.CharField(max_length=10, choices=CheckState.choices, default=CheckState.WAITING)
    checked_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["uploaded_at", "id"]
        indexes = [models.Index(fields=["request", "uploaded_at"], name="attachment_by_request")]
        constraints = [
            seen_text("name", name="attachment_name_is_seen"),
            models.CheckConstraint(
                condition=Q(check_state="waiting", checked_at__isnull=True)
                | (~Q(check_state="waiting") & Q(checked_at__isnull=False)),
                name="attachment_checked_says_when",
            ),
            models.CheckConstraint(
                condition=Q(question__isnull=True) | Q(message__isnull=True), name="attachment_in_one_place"
            ),
            models.CheckConstraint(
                condition=~Q(check_state="infected") | Q(storage_key__isnull=True), name="attachment_infected_is_gone"
            ),
            Trigger(name="access_requests_attachment_frozen", on="DELETE OR UPDATE", function=FROZEN),
            never_truncated("access_requests_attachment", "an attachment cannot be deleted"),
        ]

    def __str__(self) -> str:
        return f"attachment of {self.request_id}"

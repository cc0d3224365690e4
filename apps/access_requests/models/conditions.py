"""How the conditions of an approval are met: what the applicant's side reports, and what the committee says to it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.review import Condition
from apps.access_requests.models.thread import Message
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence, set_once
from apps.people.models import Person


class ConditionReport(models.Model):
    """The applicant's side says that a condition is met; a member of the committee accepts that or sends it back.

    `message` has what they wrote and the documents they attached. One report waits at a time, and one is accepted at
    most. Evidence: a verdict is given once.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("answer",)

    class Verdict(models.TextChoices):
        WAITING = "", _("Waiting for the committee")
        ACCEPTED = "accepted", _("Met")
        SENT_BACK = "sent_back", _("Sent back")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="reports")
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="condition_report")
    reported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(db_default=Now())
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True, default=Verdict.WAITING)
    answer = models.TextField(_("reason"), blank=True)
    reviewed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("report on a condition")
        verbose_name_plural = _("reports on conditions")
        ordering = ["reported_at", "id"]
        constraints = [
            seen_text("answer", name="condition_report_text_is_seen"),
            models.UniqueConstraint(
                fields=["condition"],
                condition=Q(verdict__in=["", "accepted"]),
                name="condition_report_one_not_sent_back",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", reviewed_at__isnull=True, reviewed_by__isnull=True)
                | (~Q(verdict="") & Q(reviewed_at__isnull=False, reviewed_by__isnull=False)),
                name="condition_report_reviewed_in_full",
            ),
            *evidence(
                "access_requests_conditionreport",
                "a report on a condition cannot be changed or deleted; it is reviewed once",
                may_change=["verdict", "answer", "reviewed_by_id", "reviewed_at"],
                refuse_if=[
                    *set_once("reviewed_by_id", "reviewed_at"),
                    "OLD.reviewed_at IS NOT NULL AND NEW.verdict <> OLD.verdict",
                    "OLD.reviewed_at IS NOT NULL AND NEW.answer NOT IN ('', OLD.answer)",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"report on {self.condition_id}"

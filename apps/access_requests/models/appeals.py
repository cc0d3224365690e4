"""What comes after a decision: an appeal against a denial, and a decision that was undone before it took effect."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.requests import Item, Round
from apps.access_requests.states import ItemState
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence, set_once
from apps.people.models import Person


class Appeal(models.Model):
    """The applicant's appeal against a denial, once an item, with the denial as it was.

    It has a `round` from when its review starts: at once, or when the other datasets of the request are decided.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("text", "denied_reason")

    class Outcome(models.TextChoices):
        OPEN = "", _("Awaiting decision")
        GRANTED = "granted", _("Appeal granted")
        REJECTED = "rejected", _("Appeal rejected")
        WITHDRAWN = "withdrawn", _("Appeal withdrawn")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="appeal")
    text = models.TextField(_("why the decision is wrong"))
    appealed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    appealed_at = models.DateTimeField(db_default=Now())
    denied_in = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    denied_at = models.DateTimeField()
    denied_reason = models.TextField()
    denied_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="appeals")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default=Outcome.OPEN)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            seen_text("text", "denied_reason", name="appeal_text_is_seen"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="appeal_ended_says_when",
            ),
            *evidence(
                "access_requests_appeal",
                "an appeal cannot be changed or deleted",
                may_change=["round_id", "outcome", "ended_at"],
                may_be_emptied=["text", "denied_reason"],
                refuse_if=[
                    *set_once("round_id", "ended_at"),
                    "OLD.ended_at IS NOT NULL AND NEW.outcome IS DISTINCT FROM OLD.outcome",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"appeal for {self.item_id}"


class UndoneDecision(models.Model):
    """A decision that the committee undid before it took effect: what it was, who undid it, and why."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason", "terms", "why")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="undone_decisions")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=ItemState.choices)
    reason = models.TextField()
    terms = models.TextField(blank=True)
    denial_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    decided_at = models.DateTimeField()
    undone_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(db_default=Now())
    why = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("decision that was undone")
        verbose_name_plural = _("decisions that were undone")
        ordering = ["undone_at"]
        constraints = [
            seen_text("reason", "terms", "why", name="undone_decision_text_is_seen"),
            *evidence(
                "access_requests_undonedecision",
                "a decision that was undone cannot be changed or deleted",
                may_be_emptied=["reason", "terms", "why"],
            ),
        ]

    def __str__(self) -> str:
        return f"undone: {self.item_id}"

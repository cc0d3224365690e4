"""What committee members say about the criteria of their committee's checklist."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.requests import Round
from apps.committees.models import Committee
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence
from apps.people.models import Person


class Verdict(models.Model):
    """One member's verdict on one criterion in a round, with the reason. Never changed: a later one `supersedes` it.

    `number` counts the criteria that the round keeps for the committee (`Round.checklists`), from 1.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)
    LONGEST = 1000  # characters of a reason

    class Says(models.TextChoices):
        MET = "met", _("Met")
        NOT_MET = "not_met", _("Not met")
        UNCLEAR = "unclear", _("Unclear")
        NOT_APPLICABLE = "na", _("Not applicable")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="verdicts")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    says = models.CharField(_("verdict"), max_length=8, choices=Says.choices)
    reason = models.TextField(_("reason"))
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now())
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ["given_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "committee", "number"], condition=Q(supersedes__isnull=True), name="verdict_first_once"
            ),
            seen_text("reason", name="verdict_text_is_seen"),
            *evidence("access_requests_verdict", "a verdict cannot be changed or deleted", may_be_emptied=["reason"]),
        ]

    def __str__(self) -> str:
        return f"{self.says} on criterion {self.number} in {self.round_id}"

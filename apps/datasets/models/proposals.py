"""Proposals of datasets to committees, and why a role or a file was removed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.committees.models import Committee
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.datasets.models.datasets import Dataset
from apps.people.models import Person


class CommitteeProposal(models.Model):
    """A dataset proposed to a committee of another institution, and the committee's answer.

    The committee is not `Dataset.committee` before it has accepted.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)

    class Outcome(models.TextChoices):
        AWAITING = "awaiting", _("Awaiting acceptance")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="proposals")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="proposals")
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.AWAITING)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("proposal to a committee")
        verbose_name_plural = _("proposals to committees")
        ordering = ["-proposed_at"]
        constraints = [
            seen_text("reason", name="proposal_text_is_seen"),
            models.UniqueConstraint(fields=["dataset"], condition=Q(outcome="awaiting"), name="proposal_one_open"),
            models.CheckConstraint(
                condition=Q(outcome="awaiting", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(outcome="awaiting") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="proposal_answered_in_full",
            ),
            models.CheckConstraint(condition=~Q(outcome="declined") | ~Q(reason=""), name="proposal_declined_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} to {self.committee_id}"


class Removal(models.Model):
    """Why a person's role or a file of a draft was removed, for those who manage the dataset."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="removals")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, blank=True)
    label = models.CharField(_("file name"), max_length=255, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    removed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("removal")
        verbose_name_plural = _("removals")
        ordering = ["-removed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, label="") & ~Q(role="")
                | Q(person__isnull=True, role="") & ~Q(label=""),
                name="removal_of_one_thing",
            ),
            seen_text("reason", name="removal_text_is_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id}: {self.role or self.label}"

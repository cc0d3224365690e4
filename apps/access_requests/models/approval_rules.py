"""Rules by which a committee approves what it would always approve: their trials, agreements and decisions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.approval_terms import Terms
from apps.access_requests.models.requests import Item, Round
from apps.committees.models import Committee, CommitteeMember
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence, set_once
from apps.people.models import Person


class ApprovalRule(models.Model):
    """A rule for which one committee member answers; its terms are never changed. Another version replaces it.

    It approves only while it is on: started, not paused, not ended, its owner a member, and nothing changed since the
    trial on which it was agreed (`basis`). It never denies.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("title",)
    MOST_SAMPLED = 100

    class Pause(models.TextChoices):
        NONE = "", ""
        MEMBER = "member", _("a member paused it")
        DISAGREED = "disagreed", _("a member disagreed with a decision of the rule")
        UNDONE = "undone", _("a decision of the rule was undone")
        OWNER_LEFT = "owner_left", _("its owner is no longer a committee member")
        CHANGED = "changed", _("the use conditions or the committee’s rules changed")
        UNCHECKED = "unchecked", _("its approvals were not checked in time")
        RESTORED = "restored", _("the portal was restored from a backup")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="approval_rules")
    owner = models.ForeignKey(CommitteeMember, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("name of the rule"), max_length=120)
    terms = models.JSONField()  # apps.access_requests.approval_terms.Terms
    sample_every = models.PositiveSmallIntegerField(default=10)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    written_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    basis = models.CharField(max_length=64, blank=True)
    paused_at = models.DateTimeField(null=True)
    pause = models.CharField(max_length=12, choices=Pause.choices, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")
        ordering = ["-written_at", "pk"]
        constraints = [
            seen_text("title", name="approval_rule_text_is_seen"),
            models.CheckConstraint(
                condition=Q(sample_every__gte=1, sample_every__lte=100), name="approval_rule_is_sampled"
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, pause="") | (Q(paused_at__isnull=False) & ~Q(pause="")),
                name="approval_rule_paused_says_why",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | ~Q(basis=""), name="approval_rule_started_on_a_trial"
            ),
            *evidence(
                "access_requests_approvalrule",
                "an approval rule cannot be changed or deleted",
                may_change=["started_at", "basis", "paused_at", "pause", "ended_at"],
                may_be_emptied=["title"],
                refuse_if=set_once("ended_at"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def covers(self) -> Terms:
        return Terms.read(self.terms)

    @property
    def is_started(self) -> bool:
        """Whether it was switched on and neither paused nor ended since; `on_now` also looks at what changed."""
        return self.started_at is not None and self.paused_at is None and self.ended_at is None


class ShadowRun(models.Model):
    """What the rule would have approved of the cases that the committee has decided. Evidence.

    `approved` are the items that it would have approved, `differed` those of them that the committee did not approve as
    they were. `reasons` counts why the others are not covered. `is_cut`: only the newest cases were looked at.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule = models.ForeignKey(ApprovalRule, on_delete=models.PROTECT, related_name="runs")
    basis = models.CharField(max_length=64)
    looked_at = models.PositiveIntegerField()
    is_cut = models.BooleanField()
    approved = models.JSONField()
    differed = models.JSONField()
    reasons = models.JSONField()
    run_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    run_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("shadow run")
        verbose_name_plural = _("shadow runs")
        ordering = ["-run_at", "pk"]
        constraints = [*evidence("access_requests_shadowrun", "a shadow run cannot be changed or deleted")]

    def __str__(self) -> str:
        return f"run of {self.rule_id}"


class RuleAgreement(models.Model):
    """A committee member looked at a shadow run and agrees that the rule is switched on. Evidence."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(ShadowRun, on_delete=models.PROTECT, related_name="agreements")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("agreement to a rule")
        verbose_name_plural = _("agreements to rules")
        ordering = ["agreed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "person"], name="rule_agreed_once"),
            *evidence("access_requests_ruleagreement", "an agreement to a rule cannot be changed or deleted"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} agrees to {self.run_id}"


class RuleDecision(models.Model):
    """One approval by a rule, and what the member said who checked it afterwards. Evidence."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("comment",)

    class Verdict(models.TextChoices):
        NONE = "", _("Not checked yet")
        AGREE = "agree", _("I would have approved it too")
        DISAGREE = "disagree", _("I would have decided otherwise")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule = models.ForeignKey(ApprovalRule, on_delete=models.PROTECT, related_name="decisions")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="rule_decisions")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    is_sampled = models.BooleanField()
    decided_at = models.DateTimeField(db_default=Now())
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    comment = models.TextField(_("reason"), blank=True)
    checked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("decision by a rule")
        verbose_name_plural = _("decisions by rules")
        ordering = ["-decided_at", "pk"]
        constraints = [
            seen_text("comment", name="rule_decision_text_is_seen"),
            models.UniqueConstraint(fields=["rule", "number"], name="rule_decision_numbered"),
            models.UniqueConstraint(fields=["item", "round"], name="rule_decision_once"),
            models.CheckConstraint(
                condition=Q(verdict="", checked_by__isnull=True, checked_at__isnull=True)
                | (~Q(verdict="") & Q(checked_by__isnull=False, checked_at__isnull=False)),
                name="rule_decision_checked_by_somebody",
            ),
            *evidence(
                "access_requests_ruledecision",
                "a decision by a rule cannot be changed or deleted",
                may_change=["verdict", "comment", "checked_by_id", "checked_at"],
                refuse_if=[
                    *set_once("checked_by_id", "checked_at"),
                    "OLD.verdict <> '' AND NEW.verdict IS DISTINCT FROM OLD.verdict",
                    "OLD.checked_at IS NOT NULL AND NEW.comment NOT IN ('', OLD.comment)",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.number} of {self.rule_id}"

"""Data access committees, their members, and the claims that make people members."""

from datetime import date, datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.committees.clock_settings import ClockSettings
from apps.committees.decisions import RULES, VotingRules
from apps.core import clock
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence, set_once
from apps.people.models import ClaimRule, Institution, Person
from apps.people.models.claims import confirmed, confirmed_in_full


class Committee(ClockSettings):
    """A group of people who decide on access requests for the datasets assigned to it."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    class Rule(models.TextChoices):
        ANY_ONE = "any_one", _("one vote decides")
        MAJORITY = "majority", _("majority of eligible voters; the chair breaks ties")
        K_OF_N = "k_of_n", _("a fixed number of approvals")
        UNANIMOUS = "unanimous", _("all eligible voters must approve")
        CHAIR = "chair", _("the chair decides")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    about = models.TextField(_("about the committee"), blank=True)
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="committees")
    rule = models.CharField(_("decision rule"), max_length=20, choices=Rule.choices, default=Rule.MAJORITY)
    quorum = models.PositiveSmallIntegerField(_("quorum"), default=2)
    votes_needed = models.PositiveSmallIntegerField(_("approvals needed"), default=1, db_default=1)  # the k of k of n
    veto = models.BooleanField(_("one denial denies"), default=False, db_default=False)
    # Until everybody has voted or the due date is over, nobody reads the votes of others and nothing is decided.
    blind = models.BooleanField(_("votes are hidden until everyone has voted"), default=False, db_default=False)
    review_days = models.PositiveSmallIntegerField(_("target review time in days"), default=28)
    accepting = models.BooleanField(_("accepts requests"), default=True)
    closed_because = models.CharField(_("why no requests are accepted"), max_length=300, blank=True)
    contact = models.CharField(_("contact"), max_length=300, blank=True, default="", db_default="")  # e-mail or page
    # After the last vote: for how long the decision can be undone before it takes effect; 0 for not at all.
    undo_minutes = models.PositiveSmallIntegerField(_("minutes to undo a decision"), default=10, db_default=10)
    appeal_days = models.PositiveSmallIntegerField(_("days to appeal a denial"), default=30, db_default=30)
    appeal_text = models.TextField(_("how to appeal"), blank=True, default="", db_default="")
    # `apps.committees.checklists.Checklist.as_json`; empty for none.
    checklist = models.JSONField(_("checklist"), default=dict, db_default=Value({}, models.JSONField()), blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        ordering = ["name"]
        constraints = [
            seen_text("name", "about", "closed_because", name="committee_text_is_seen"),
            seen_text("contact", name="committee_contact_is_seen"),
            seen_text("appeal_text", name="committee_appeal_text_is_seen"),
            models.CheckConstraint(condition=Q(undo_minutes__lte=60), name="committee_undo_within_an_hour"),
            models.CheckConstraint(condition=Q(appeal_days__gte=1, appeal_days__lte=365), name="committee_appeal_days"),
            models.CheckConstraint(condition=Q(quorum__gte=1), name="committee_quorum_positive"),
            models.CheckConstraint(condition=Q(rule__in=sorted(RULES)), name="committee_rule_is_known"),
            models.CheckConstraint(
                condition=Q(accepting=True) | ~Q(closed_because=""), name="committee_closed_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def voting_rules(self) -> VotingRules:
        """How the committee decides on what is submitted now."""
        return VotingRules(self.rule, self.quorum, self.votes_needed, self.veto, self.blind)

    @property
    def contact_href(self) -> str:
        """The address of a link to the contact; empty without one."""
        is_page = self.contact.startswith("https://")
        return self.contact if is_page or not self.contact else f"mailto:{self.contact}"


class CommitteeMemberQuerySet(models.QuerySet["CommitteeMember"]):
    def not_ended(self) -> Self:
        """Memberships that have no end yet or end later, also those of people whose account is closed."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=clock.sql_now()))

    def appointed(self, at: datetime | None = None) -> Self:
        """Memberships that have started and not ended, of active people. A majority is counted from all of these."""
        moment = clock.sql_now(at)
        started = self.filter(starts_at__lte=moment, person__is_active=True)
        return started.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment))

    def active(self, at: datetime | None = None) -> Self:
        """Those of them who may read and act now: a membership by claim only while the provider confirms it."""
        return self.appointed(at).filter(confirmed(at))


class CommitteeMemberClaim(ClaimRule):
    """A claim that makes a person a member of a committee when they sign in."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="member_claims")
    is_chair = models.BooleanField(_("Chair"), default=False)

    class Meta:
        verbose_name = _("committee role from sign-in")
        verbose_name_plural = _("committee roles from sign-in")
        ordering = ["provider", "claim", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "claim", "value", "committee"], condition=Q(ended_at__isnull=True),
                name="committee_member_claim_once",
            ),
        ]  # fmt: skip


class CommitteeMember(models.Model):
    """One person's membership in a committee, with start and end. Evidence: it is ended, never deleted."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("end_reason",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="members")
    is_chair = models.BooleanField(_("Chair"), default=False)
    starts_at = models.DateTimeField(db_default=Now())
    # Since when a member who became the chair was a member: they stay an eligible voter of the rounds of that time.
    member_since = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    end_reason = models.CharField(_("reason"), max_length=500, blank=True)
    claim = models.ForeignKey(CommitteeMemberClaim, null=True, on_delete=models.PROTECT, related_name="members")
    confirmed_until = models.DateTimeField(null=True)

    objects = CommitteeMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee member")
        verbose_name_plural = _("committee members")
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "person"], condition=Q(ends_at__isnull=True), name="committee_member_once"
            ),
            models.UniqueConstraint(
                fields=["committee"],
                condition=Q(ends_at__isnull=True, is_chair=True),
                name="committee_member_one_current_chair",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="committee_member_ends_after_start",
            ),
            confirmed_in_full("committee_member_by_claim_confirmed"),
            seen_text("end_reason", name="committee_member_text_is_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.committee_id}"

    @property
    def last_day(self) -> date | None:
        """The last day (UTC) of a membership that has an end."""
        return (self.ends_at - timedelta(microseconds=1)).date() if self.ends_at is not None else None


class DeputyQuerySet(models.QuerySet["Deputy"]):
    def not_over(self) -> Self:
        """Those whose time is running or begins later."""
        return self.filter(ended_at__isnull=True, ends_at__gt=clock.sql_now())

    def current(self) -> Self:
        """Those who may vote now, for the membership that they name."""
        return self.not_over().filter(starts_at__lte=clock.sql_now(), person__is_active=True)


class Deputy(models.Model):
    """Somebody who votes in a member's place while the member is away. Evidence: it is ended, never deleted."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(CommitteeMember, on_delete=models.PROTECT, related_name="deputies")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    named_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="deputy_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True) | Q(ended_at__isnull=False),
                name="deputy_ended_says_when",
            ),
            *evidence(
                "committees_deputy",
                "who was named as a deputy cannot be changed or deleted",
                may_change=["ended_at", "ended_by_id"],
                refuse_if=set_once("ended_at", "ended_by_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.membership_id}"

    @property
    def last_day(self) -> date:
        """The last day (UTC) on which the deputy may vote."""
        return (self.ends_at - timedelta(microseconds=1)).date()

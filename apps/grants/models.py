"""Access grants: who may use which dataset, from when until when, on the ground of which agreement."""

from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Q, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests import conditions, queries_conditions
from apps.agreements.models import Agreement, Signature
from apps.core import clock
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence, set_once
from apps.datasets.models import Dataset
from apps.people.models import Affiliation, Institution, Person

RENEW_DAYS = 60  # days before the end from which access can be renewed
REVOCATION = ("revoked_at", "revoked_by_id", "revoked_because")
REVOKED_ONCE = [
    *set_once("revoked_at", "revoked_by_id"),
    "OLD.revoked_at IS NOT NULL AND NEW.revoked_because <> OLD.revoked_because",
]


class Reach(models.TextChoices):
    """Whose access somebody can end in one act, and as what."""

    DATASETS = "datasets", _("The datasets you manage")
    INSTITUTION = "institution", _("Access through your institution")
    PORTAL = "portal", _("All datasets")


class AccessGrantQuerySet(models.QuerySet["AccessGrant"]):
    def parts(self, at: datetime | None = None) -> dict[str, Q]:
        """What must all hold for a grant to be active: each part by name, so that a page can show each fact."""
        moment = clock.sql_now(at)
        suspended = Suspension.objects.filter(grant=OuterRef("pk"), starts_at__lte=moment).filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=moment)
        )
        signed = Signature.objects.filter(
            agreement=OuterRef("agreement_id"), signer=OuterRef("holder_id"), signed_at__lte=moment
        )
        affiliation = Affiliation.objects.active(at).filter(
            person=OuterRef("holder_id"), institution=OuterRef("institution_id")
        )
        held = queries_conditions.unmet(at).filter(
            item=OuterRef("agreement__item_id"), due__in=conditions.HOLDS_DOWNLOADS
        )
        return {
            "begun": Q(starts_at__lte=moment),
            "not_ended": Q(ends_at__gt=moment),
            "not_revoked": Q(revoked_at__isnull=True) | Q(revoked_at__gt=moment),
            "not_suspended": ~Q(Exists(suspended)),
            "signed": Q(Exists(signed)),
            "executed": Q(agreement__executed_at__lte=moment),
            "not_terminated": Q(agreement__ended_at__isnull=True) | Q(agreement__ended_at__gt=moment),
            # As a case, so that the database looks at one grant after the other; a bare EXISTS it would turn into a
            # join that begins with all grants of the person.
            "affiliation_active": Q(
                Case(When(Exists(affiliation), then=True), default=False, output_field=models.BooleanField())
            ),
            # What the committee asked for before the first download, or before signing, and has not accepted as met.
            "conditions_met": Q(Case(When(Exists(held), then=False), default=True, output_field=models.BooleanField())),
        }

    def active(self, at: datetime | None = None) -> Self:
        """Grants that count at this moment (by the database's clock): a question of time and facts, not a state."""
        return self.filter(*self.parts(at).values())


class AccessGrant(models.Model):
    """One person may use one dataset from-until. Issued by an executed agreement, ended by time or with a reason.

    `institution` is the one the holder was affiliated with when they signed; while they are not, the grant gives no
    access. A grant from before the portal asked, of somebody without an institution, has none, and stays shut.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("revoked_because",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="grants")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="grants")
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="grants")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    issued_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_because = models.CharField(_("reason for revocation"), max_length=500, blank=True)

    objects = AccessGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("access grant")
        verbose_name_plural = _("access grants")
        ordering = ["-issued_at"]
        constraints = [
            seen_text("revoked_because", name="grant_text_is_seen"),
            models.UniqueConstraint(fields=["agreement", "holder"], name="grant_once_per_agreement_and_holder"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="grant_ends_after_start"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoked_because="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_because="")),
                name="grant_revoked_in_full",
            ),
            # Access may be made shorter or be revoked, once; it is never made longer or given to somebody else.
            *evidence(
                "grants_accessgrant",
                "the terms of an access grant cannot be changed, and it cannot be deleted",
                may_change=["ends_at", *REVOCATION],
                refuse_if=["NEW.ends_at > OLD.ends_at", *REVOKED_ONCE],
            ),
        ]
        indexes = [
            models.Index(fields=["dataset", "holder", "ends_at"], name="grant_by_dataset_and_holder"),
            models.Index(fields=["holder", "ends_at"], name="grant_by_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.holder_id} may use {self.dataset_id}"

    @property
    def real_end(self) -> datetime:
        """The moment at which it ends or ended in fact: revoked, ended early, with its agreement, or by time."""
        ends = (self.revoked_at, self.agreement.ended_at, self.ends_at)
        return min(moment for moment in ends if moment is not None)

    @property
    def last_day(self) -> date:
        """The last day (UTC) on which it opens or opened anything: midnight at its end belongs to the day before."""
        return (self.real_end.astimezone(UTC) - timedelta.resolution).date()


class Suspension(models.Model):
    """A pause of a grant, with who and why; several may follow one another, one is open at a time."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grant = models.ForeignKey(AccessGrant, on_delete=models.PROTECT, related_name="suspensions")
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [
            seen_text("reason", name="suspension_text_is_seen"),
            models.UniqueConstraint(fields=["grant"], condition=Q(ends_at__isnull=True), name="suspension_one_open"),
            models.CheckConstraint(condition=~Q(reason=""), name="suspension_says_why"),
            *evidence(
                "grants_suspension",
                "a suspension cannot be changed or deleted; it can be ended once",
                may_change=["ends_at"],
                refuse_if=set_once("ends_at"),
            ),
        ]

    def __str__(self) -> str:
        return f"pause of {self.grant_id}"


class DownloadStop(models.Model):
    """All downloads stopped. Starting needs one operator; ending needs two people.

    `started_by` is empty if a restore from a backup stopped them (see `Restore`).
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    starts_at = models.DateTimeField(db_default=Now())
    started_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    resume_proposed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ends_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            seen_text("reason", name="download_stop_text_is_seen"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True)
                | (Q(ended_by__isnull=False, resume_proposed_by__isnull=False) & ~Q(ended_by=F("resume_proposed_by"))),
                name="download_stop_ended_by_two",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="download_stop_has_reason"),
            *evidence(
                "grants_downloadstop",
                "a stop of all downloads cannot be changed or deleted; it can be ended once",
                may_change=["resume_proposed_by_id", "ends_at", "ended_by_id"],
                refuse_if=set_once("ends_at", "ended_by_id"),
            ),
            # One constant value among the stops that have not ended: a second one is refused by the database.
            models.UniqueConstraint(
                ExpressionWrapper(Q(ends_at__isnull=True), output_field=models.BooleanField()),
                condition=Q(ends_at__isnull=True),
                name="download_stop_one_current",
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], condition=Q(ends_at__isnull=True), name="download_stop_current")]

    def __str__(self) -> str:
        return f"freeze from {self.starts_at:%Y-%m-%d %H:%M}"


class Restore(models.Model):
    """The database was restored from a backup. Until its stop is ended by two operators, the portal gives out nothing.

    Events up to `log_end` were in the backup; those from `first_replayed` to `last_replayed` are from the exported
    events. What these took away was taken away again; what they gave is lost and counted in `lost` by kind of event.
    `by_hand` counts what an operator must set again, and `unknown_kinds` lists what this release cannot judge.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stop = models.ForeignKey(DownloadStop, on_delete=models.PROTECT, related_name="restores")
    backup = models.CharField(max_length=64)
    taken_at = models.DateTimeField()
    restored_at = models.DateTimeField(db_default=Now())
    log_end = models.BigIntegerField()
    first_replayed = models.BigIntegerField(null=True)
    last_replayed = models.BigIntegerField(null=True)
    known_until = models.DateTimeField(
        null=True
    )  # when events were exported last; empty: no exported events were given
    taken = models.JSONField(default=dict)
    lost = models.JSONField(default=dict)
    by_hand = models.JSONField(default=dict)
    unknown_kinds = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        verbose_name = _("restore from a backup")
        verbose_name_plural = _("restores from a backup")
        ordering = ["-restored_at"]
        constraints = [
            *evidence(
                "grants_restore",
                "the record of a restore cannot be changed or deleted",
                may_change=["taken", "lost", "by_hand", "unknown_kinds"],
            ),
        ]

    def __str__(self) -> str:
        return f"restored from {self.backup}"

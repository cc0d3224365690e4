"""People from outside a committee who read one request for it for a time, and what they recommend."""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.appeals import Appeal
from apps.access_requests.models.cohorts import NamedAccount
from apps.access_requests.models.requests import AccessRequest, Item, Membership, Round
from apps.access_requests.models.review import Recusal
from apps.access_requests.states import UNDER_REVIEW, ItemState, RequestState
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence, set_once
from apps.people.models import Person


class OutsideReviewerQuerySet(models.QuerySet["OutsideReviewer"]):
    def not_over(self) -> Self:
        """Those whose time is not over and whom nobody ended, whatever became of the request or the account."""
        return self.filter(ended_at__isnull=True, ends_at__gt=clock.sql_now())

    def current(self) -> Self:
        """Those who may read the request now (after their declaration), by the clock of the database.

        Not once the committee has decided, nor in an appeal made after the invitation. Not with a closed account, as
        a member of a committee of the request, as a part of the request or a student of its class, or after declaring
        a conflict of interest.
        """
        same = Q(person_id=OuterRef("person_id")) | Q(person__merged_into_id=OuterRef("person_id"))
        asked = OuterRef("request_id")
        undecided = Item.objects.filter(
            request=asked, committee=OuterRef("committee_id"), state=ItemState.OPEN,
            request__state__in=(*UNDER_REVIEW, RequestState.RETURNED),
        )  # fmt: skip
        appealed = Appeal.objects.filter(
            item__request=asked, item__committee=OuterRef("committee_id"), appealed_at__gt=OuterRef("invited_at")
        )
        members = CommitteeMember.objects.not_ended().filter(same, committee__items__request=asked)
        own = Q(request__applicant_id=F("person_id")) | Q(request__applicant__merged_into_id=F("person_id"))
        found = self.not_over().filter(Exists(undecided), person__is_active=True).exclude(own)
        found = found.exclude(Exists(appealed)).exclude(Exists(members))
        named = Membership.objects.filter(same, request=asked)
        student = NamedAccount.objects.filter(same, student__cohort__request=asked)
        found = found.exclude(Exists(named)).exclude(Exists(student))
        return found.exclude(Exists(Recusal.objects.filter(same, request=asked)))


class OutsideReviewer(models.Model):
    """Somebody who reads one request for a committee until a day and comments, without a vote.

    Evidence: it is ended, never deleted. `ends_at` is the first moment without access.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)
    LONGEST_DAYS = 90
    MOST = 10  # at a time, for one request and committee

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="outside_reviewers")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OutsideReviewerQuerySet.as_manager()

    class Meta:
        verbose_name = _("outside reviewer")
        verbose_name_plural = _("outside reviewers")
        ordering = ["invited_at", "id"]
        indexes = [models.Index(fields=["person", "request"], name="outside_reviewer_by_person")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("invited_at")), name="outside_reviewer_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True) | Q(ended_at__isnull=False),
                name="outside_reviewer_ended_says_when",
            ),
            seen_text("reason", name="outside_reviewer_text_is_seen"),
            *evidence(
                "access_requests_outsidereviewer",
                "who was an outside reviewer cannot be changed or deleted",
                may_change=["ended_at", "ended_by_id"],
                may_be_emptied=["reason"],
                refuse_if=set_once("ended_at", "ended_by_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} reads {self.request_id}"

    @property
    def last_day(self) -> date:
        """The last day (UTC) on which the person may read the request."""
        return (self.ends_at - timedelta(microseconds=1)).date()


class Recommendation(models.Model):
    """What an outside reviewer recommends on a round, with the reasons. It is no vote. Never changed."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("text",)
    LONGEST = 5000  # characters of a text
    MOST = 20  # of one reviewer

    class Says(models.TextChoices):
        APPROVE = "approve", _("Recommends approval")
        CONDITIONAL = "conditional", _("Recommends approval with conditions")
        DENY = "deny", _("Recommends denial")
        NONE = "none", _("No recommendation")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reviewer = models.ForeignKey(OutsideReviewer, on_delete=models.PROTECT, related_name="recommendations")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    says = models.CharField(_("recommendation"), max_length=11, choices=Says.choices)
    text = models.TextField(_("comment"))
    given_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["-given_at", "-id"]
        constraints = [
            seen_text("text", name="recommendation_text_is_seen"),
            *evidence(
                "access_requests_recommendation", "a recommendation cannot be changed or deleted",
                may_be_emptied=["text"],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.says} by {self.reviewer_id}"

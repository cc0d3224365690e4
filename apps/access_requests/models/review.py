"""What the committee does with a request: conditions, votes, conflicts of interest, questions."""

from typing import ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.denials import DenialReason
from apps.access_requests.models.cohorts import NamedAccount
from apps.access_requests.models.requests import AccessRequest, Item, Membership, Round
from apps.access_requests.questions import label_of
from apps.committees import decisions
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import Trigger, evidence
from apps.people.models import ActorSnapshot, Person


class Condition(models.Model):
    """What a member proposes as a condition of an approval. Listed without the name; evidence of what was adopted.

    `due` says by when it has to be met, with a day or a number of days where it needs one. Without it the condition
    is a term of the agreement, and nobody reports or checks it. `Item.adopted` says which conditions were adopted.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("text",)

    class Due(models.TextChoices):
        NONE = "", _("No due date: applies as long as access lasts")
        SIGNING = "signing", _("Before signing")
        DOWNLOAD = "download", _("Before the first download")
        DATE = "date", _("By a date")
        AFTER_SIGNING = "after_signing", _("Some days after the agreement is fully signed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField(_("condition"))
    due = models.CharField(max_length=16, choices=Due.choices, blank=True, default=Due.NONE, db_default="")
    due_on = models.DateField(null=True)
    due_days = models.PositiveSmallIntegerField(null=True)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("proposed condition")
        verbose_name_plural = _("proposed conditions")
        ordering = ["proposed_at", "id"]
        constraints = [
            seen_text("text", name="proposed_condition_text_is_seen"),
            models.CheckConstraint(
                condition=Q(due="date", due_on__isnull=False, due_days__isnull=True)
                | Q(due="after_signing", due_on__isnull=True, due_days__isnull=False, due_days__gte=1)
                | Q(due__in=["", "signing", "download"], due_on__isnull=True, due_days__isnull=True),
                name="proposed_condition_says_when",
            ),
            *evidence(
                "access_requests_condition",
                "a proposed condition cannot be changed or deleted",
                may_be_emptied=["text"],
            ),
        ]

    def __str__(self) -> str:
        return f"condition for {self.item_id}"


# A vote takes the place of the same member's vote on the same item in the same round, and of no other. It is the
# member's also when a deputy cast it. A deputy never takes the place of the member's own vote, and nobody votes for two
# members.
SUPERSEDES_OWN = """
BEGIN
    IF NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM public.access_requests_vote earlier
        WHERE earlier.id = NEW.supersedes_id AND earlier.item_id = NEW.item_id
          AND earlier.round_id = NEW.round_id
          AND coalesce(earlier.in_place_of_id, earlier.voter_id) = coalesce(NEW.in_place_of_id, NEW.voter_id)
          AND (NEW.in_place_of_id IS NULL OR earlier.in_place_of_id IS NOT NULL))
    THEN
        RAISE EXCEPTION USING MESSAGE = 'a vote supersedes only its voter''s own', ERRCODE = 'check_violation';
    END IF;
    IF NEW.in_place_of_id = NEW.voter_id OR EXISTS (
        SELECT 1 FROM public.access_requests_vote other
        WHERE other.item_id = NEW.item_id AND other.round_id = NEW.round_id AND other.voter_id = NEW.voter_id
          AND coalesce(other.in_place_of_id, other.voter_id) <> coalesce(NEW.in_place_of_id, NEW.voter_id))
    THEN
        RAISE EXCEPTION USING MESSAGE = 'nobody votes for two members', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
"""
OF_MEMBER = Coalesce("in_place_of_id", "voter_id")  # of a vote: the member whose vote it is


class VoteQuerySet(models.QuerySet["Vote"]):
    def current(self) -> Self:
        """The votes that no later vote of the same member has superseded: at most one for each member and round."""
        return self.filter(superseded_by__isnull=True)

    def counted(self) -> Self:
        """Those of them that count if the member does: not a deputy's who is part of the request or a student of its
        class, also with an account that was merged, who declared a conflict of interest in it, or whose account was
        closed since.
        """
        same = Q(person_id=OuterRef("voter_id")) | Q(person__merged_into_id=OuterRef("voter_id"))
        asked = OuterRef("item__request_id")
        applicant = Q(applicant_id=OuterRef("voter_id")) | Q(applicant__merged_into_id=OuterRef("voter_id"))
        concerned = (
            Q(voter__is_active=False)
            | Q(Exists(Recusal.objects.filter(same, request=asked)))
            | Q(Exists(Membership.objects.filter(same, request=asked)))
            | Q(Exists(NamedAccount.objects.filter(same, student__cohort__request=asked)))
            | Q(Exists(AccessRequest.objects.filter(applicant, pk=asked)))
        )
        return self.current().exclude(concerned, in_place_of__isnull=False)


class Vote(models.Model):
    """What one committee member said about one item, on the snapshot they saw. Never changed.

    A voter who changes or confirms their vote casts another one that `supersedes` it; both remain.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)

    class Choice(models.TextChoices):
        APPROVE = decisions.Choice.APPROVE.value, _("Approve")
        CONDITIONAL = decisions.Choice.CONDITIONAL.value, _("Approve with conditions")
        DENY = decisions.Choice.DENY.value, _("Deny")
        ABSTAIN = decisions.Choice.ABSTAIN.value, _("Abstain")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="votes")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="votes")
    voter = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="votes")
    # The member whose vote a deputy cast; empty for one's own.
    in_place_of = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=12, choices=Choice.choices)
    reason = models.TextField(_("reason"))
    adopts = ArrayField(models.UUIDField(), default=list, blank=True, verbose_name=_("adopted conditions"))
    denial_codes = ArrayField(
        models.CharField(max_length=20, choices=DenialReason.choices), null=True, blank=True, verbose_name=_("reasons")
    )
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    cast_at = models.DateTimeField(db_default=Now())
    # Who the voter was at that moment; votes from before the portal kept this have none.
    actor_snapshot = models.OneToOneField(ActorSnapshot, null=True, on_delete=models.PROTECT, related_name="vote")

    objects = VoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering = ["cast_at"]
        constraints = [
            seen_text("reason", name="vote_text_is_seen"),
            models.UniqueConstraint(
                fields=["item", "round", "voter"], condition=Q(supersedes__isnull=True), name="vote_first_of_voter_once"
            ),
            models.UniqueConstraint(
                F("item"), F("round"), OF_MEMBER, condition=Q(supersedes__isnull=True), name="vote_first_of_member_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="vote_has_reason"),
            models.CheckConstraint(
                condition=Q(choice="conditional", adopts__len__gt=0) | (~Q(choice="conditional") & Q(adopts=[])),
                name="vote_adopts_conditions",
            ),
            Trigger(name="access_requests_vote_own", on="INSERT", function=SUPERSEDES_OWN),
            *evidence("access_requests_vote", "a vote cannot be changed or deleted", may_change=["reason"]),
        ]

    def __str__(self) -> str:
        return f"{self.voter_id} on {self.item_id}"

    @property
    def of_member_id(self) -> UUID:
        """The member whose vote it is."""
        return self.in_place_of_id or self.voter_id


class Recusal(models.Model):
    """A committee member's conflict of interest in one request."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="recusals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="recusals")
    reason = models.CharField(_("conflict of interest"), max_length=500)
    declared_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "person"], name="recusal_once"),
            seen_text("reason", name="recusal_text_is_seen"),
            *evidence(
                "access_requests_recusal",
                "a declared conflict of interest cannot be changed or deleted",
                may_change=["reason"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} is recused from {self.request_id}"


class Question(models.Model):
    """What the committee asked when it returned the request, and what the applicant answered."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("text", "answer")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="questions")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="questions")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # What it is about (apps.access_requests.questions): only that can be changed meanwhile; empty: all of the request.
    field = models.CharField(max_length=60, blank=True, default="", db_default="")
    text = models.TextField(_("question"))
    asked_at = models.DateTimeField(db_default=Now())
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="question_not_empty"),
            seen_text("text", "answer", name="question_text_is_seen"),
        ]

    def __str__(self) -> str:
        return f"question on {self.request_id}"

    @property
    def about(self) -> str:
        """What it is about, for people; empty if it is about the whole request."""
        return label_of(self.field)

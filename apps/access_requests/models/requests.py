"""The request itself: who asks for what, the rounds that freeze it, and its items, one a dataset."""

from functools import partial
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests import fields
from apps.access_requests.states import ITEM_WORKFLOW, REQUEST_WORKFLOW, ItemState, RequestState
from apps.committees.models import Committee
from apps.core.identifiers import new_id, new_reference
from apps.core.text import seen_text
from apps.core.triggers import evidence, set_once
from apps.core.workflow import WorkflowModel
from apps.datasets.models import Dataset
from apps.people.models import Institution, Person

# The keys of a round's snapshot that hold free text.
ERASABLE = "ARRAY['title', 'purpose', 'public_summary', 'questions', 'forms', 'supervision']"


class AccessRequest(WorkflowModel):
    """One applicant and named members ask for one or several datasets for one purpose."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = (*fields.personal(), "answers")
    WORKFLOW = REQUEST_WORKFLOW

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, default=partial(new_reference, "DAR"))
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="requests")
    title = models.CharField(_("project title"), max_length=fields.TITLE.most, blank=True)
    purpose = models.TextField(_("purpose"), blank=True)
    public_summary = models.TextField(_("public summary"), blank=True)
    # The answers that are compared with use conditions, as `apps.datasets.matching.purpose_json` writes them.
    research_purpose = models.JSONField(
        _("research purpose"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    # The request whose denial this one revises; the committee sees what changed since.
    revises = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="revised_by")
    # By the id of each version of a form that the request answers: `apps.forms.answers.Answers.as_json`.
    answers = models.JSONField(_("answers"), default=dict, db_default=Value({}, models.JSONField()), blank=True)
    state = models.CharField(max_length=12, choices=RequestState.choices, default=RequestState.DRAFT)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Of a returned request: the last day to answer, after which it lapses, and when the applicant was reminded of it.
    answer_until = models.DateField(null=True)
    answer_reminded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("access request")
        verbose_name_plural = _("access requests")
        ordering = ["-created_at"]
        constraints = [
            seen_text("title", "purpose", "public_summary", name="request_text_is_seen"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gt=models.F("starts_on")),
                name="request_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "active"]) | Q(decided_at__isnull=False),
                name="request_decided_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False),
                name="request_submitted_says_when",
            ),
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="request_by_state")]

    def __str__(self) -> str:
        return self.reference


class Membership(models.Model):
    """A colleague named in a request, who will use the data too and signs for themselves."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "person"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.request_id}"


class Round(models.Model):
    """A frozen snapshot of the request, as the committee reads it. Another submission opens another round."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("snapshot",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    # The applicant's institution when the round opened, for the register of decisions; empty if it was not known.
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    # How each committee decides in this round, by its id; a committee that is missing decides as its row says now.
    voting_rules = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    # The checklist of each committee that has one, by its id.
    checklists = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))

    class Meta:
        verbose_name = _("review round")
        verbose_name_plural = _("review rounds")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="round_number_once"),
            models.UniqueConstraint(fields=["request"], condition=Q(closed_at__isnull=True), name="round_one_open"),
            # Free text about people may be erased from the snapshot; its SHA-256 then shows that something was.
            *evidence(
                "access_requests_round",
                "a review round cannot be changed or deleted",
                may_change=["snapshot", "closed_at"],
                refuse_if=[f"NEW.snapshot - {ERASABLE} <> OLD.snapshot - {ERASABLE}", *set_once("closed_at")],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} round {self.number}"


class Item(WorkflowModel):
    """One dataset of a request, decided on its own by the committee of the dataset."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason", "terms")
    WORKFLOW = ITEM_WORKFLOW

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="items")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="items")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="items")
    # The day by which the committee means to decide, while the clock runs: the newest `ReviewClock` says how.
    due_on = models.DateField(null=True)
    # The last stage of that day of which people were notified (`queries_clocks.Stage`); empty for none.
    due_stage = models.CharField(max_length=8, blank=True, default="", db_default="")
    state = models.CharField(max_length=12, choices=ItemState.choices, default=ItemState.OPEN)
    reason = models.TextField(_("reason"), blank=True)
    terms = models.TextField(_("conditions"), blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_in = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="+")
    # Of an approval with conditions: the ids of those that the committee adopted. NULL: decided by a release that did
    # not write them down; then every condition proposed with a due date counts (`queries_conditions`).
    adopted = ArrayField(models.UUIDField(), null=True, blank=True)
    # Of a denial: the codes of `DenialReason` that the winning votes chose, and the last day of an appeal.
    denial_codes = ArrayField(models.CharField(max_length=20), null=True, blank=True)
    appeal_until = models.DateField(null=True)
    # Until then the decision can be undone and nobody outside the committee knows of it; NULL: at once.
    takes_effect_at = models.DateTimeField(null=True)
    # The people who were asked to confirm their vote since a voter left; a list of tasks, which decides nothing.
    asked_to_confirm = ArrayField(models.UUIDField(), default=list, blank=True)

    class Meta:
        verbose_name = _("dataset in a request")
        verbose_name_plural = _("datasets in requests")
        constraints = [
            seen_text("reason", "terms", name="item_text_is_seen"),
            models.UniqueConstraint(fields=["request", "dataset"], name="item_dataset_once"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"], decided_at__isnull=True, decided_in__isnull=True)
                | (
                    ~Q(state__in=["open", "withdrawn"])
                    & Q(decided_at__isnull=False, decided_in__isnull=False)
                    & ~Q(reason="")
                ),
                name="item_decided_in_full",
            ),
            models.CheckConstraint(condition=~Q(state="conditional") | ~Q(terms=""), name="item_conditions_are_named"),
        ]
        indexes = [
            models.Index(fields=["committee", "state"], name="item_by_committee"),
            models.Index(fields=["committee", "-decided_at"], name="item_by_decision"),
            models.Index(
                fields=["-decided_at", "-id"], condition=Q(decided_at__isnull=False), name="item_decided_newest"
            ),
            models.Index(fields=["state", "-decided_at", "-id"], name="item_outcome_newest"),
            models.Index(fields=["committee", "state", "-decided_at", "-id"], name="item_committee_outcome"),
            models.Index(fields=["dataset", "-decided_at", "-id"], name="item_dataset_newest"),
            models.Index(
                fields=["takes_effect_at"], condition=Q(takes_effect_at__isnull=False), name="item_takes_effect"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.dataset_id}"

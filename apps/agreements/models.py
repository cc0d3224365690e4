"""Data use agreements: versioned templates, the exact text offered, and who signed it."""

from functools import partial
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models import Item
from apps.agreements.states import AGREEMENT_WORKFLOW, AgreementState
from apps.committees.models import Committee
from apps.core import clock
from apps.core.identifiers import new_id, new_reference
from apps.core.text import seen_text
from apps.core.triggers import evidence, set_once
from apps.core.workflow import WorkflowModel
from apps.people.models import ActorSnapshot, Institution, Person


class Template(models.Model):
    """One version of an agreement's wording: numbered clauses, each with a plain-language line. Never changed.

    `clauses` is a list of {"heading", "text", "plain", "plain_da"}; `$name` placeholders in `text` are replaced when an
    agreement is offered.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    committee = models.ForeignKey(Committee, null=True, on_delete=models.PROTECT, related_name="templates")
    version = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=200)
    clauses = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("agreement template")
        verbose_name_plural = _("agreement templates")
        ordering = ["-version"]
        constraints = [
            seen_text("title", name="template_text_is_seen"),
            models.UniqueConstraint(
                fields=["committee", "version"], name="template_version_once", nulls_distinct=False
            ),
            *evidence("agreements_template", "an agreement template cannot be changed or deleted"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class Agreement(WorkflowModel):
    """What both sides sign for one approved dataset of a request: the exact text and its SHA-256."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("text", "ended_because")
    WORKFLOW = AGREEMENT_WORKFLOW

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, default=partial(new_reference, "DUA"))
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="agreement")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="agreements")
    state = models.CharField(max_length=12, choices=AgreementState.choices, default=AgreementState.OFFERED)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    # The institution that the text names as the applicant's; empty for agreements offered before this was stored.
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="agreements")
    starts_on = models.DateField()
    ends_on = models.DateField()
    offered_at = models.DateTimeField(db_default=Now())
    executed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("data use agreement")
        verbose_name_plural = _("data use agreements")
        ordering = ["-offered_at"]
        constraints = [
            seen_text("text", "ended_because", name="agreement_text_is_seen"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="agreement_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state="executed") | Q(executed_at__isnull=False), name="agreement_executed_says_when"
            ),
            models.CheckConstraint(
                condition=~Q(state="terminated") | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="agreement_terminated_says_why",
            ),
            *evidence(
                "agreements_agreement",
                "the text and the terms of an agreement cannot be changed, and it cannot be deleted",
                may_change=["state", "executed_at", "ended_at", "ended_because"],
                refuse_if=set_once("executed_at", "ended_at"),
            ),
        ]
        indexes = [models.Index(fields=["institution", "-offered_at", "-id"], name="agreement_by_institution")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_expired(self) -> bool:
        """Whether nobody can sign any more, because the last day of the agreed period (UTC) is over.

        A question of the date: `EXPIRED` is stored later, by a task that only notifies. A fully signed agreement does
        not expire; its grants end.
        """
        if self.state not in AgreementState.awaiting_signatures():
            return self.state == AgreementState.EXPIRED
        over: bool | None = getattr(self, "over", None)  # of a list: see `queries.with_expiry`
        return self.ends_on < clock.today() if over is None else over

    @property
    def shown_state(self) -> AgreementState:
        """The state that pages, e-mails and the API tell: an agreement expires by its date, before a task stores it."""
        return AgreementState.EXPIRED if self.is_expired else AgreementState(self.state)


class SignedPdf(models.Model):
    """A kept PDF of a fully signed agreement, with all signatures there were. Never changed.

    A member who signs later is in the next one; every earlier one stays. `signatures` is how many it contains.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()
    STORED_FILES: ClassVar[tuple[str, ...]] = ("storage_key",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="pdfs")
    number = models.PositiveIntegerField()
    signatures = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("signed PDF")
        verbose_name_plural = _("signed PDFs")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="signed_pdf_number_once"),
            models.UniqueConstraint(fields=["agreement", "signatures"], name="signed_pdf_once_per_signature"),
            *evidence("agreements_signedpdf", "a signed PDF cannot be changed or deleted"),
        ]

    def __str__(self) -> str:
        return f"PDF {self.number} of {self.agreement_id}"


class Signature(models.Model):
    """One person's signature: the text (by hash), the capacity, the time and how they had signed in. Never changed.

    `actor_snapshot` is who they were at that moment, and the institution they were affiliated with.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("typed_name",)

    class Capacity(models.TextChoices):
        APPLICANT = "applicant", _("Applicant")
        MEMBER = "member", _("Project member")
        OWNER = "owner", _("Dataset owner")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    signer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="signatures")
    capacity = models.CharField(max_length=12, choices=Capacity.choices)
    typed_name = models.CharField(max_length=200)
    text_sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField(db_default=Now())
    issuer = models.CharField(max_length=300)
    acr = models.CharField(max_length=200, blank=True)
    auth_time = models.DateTimeField()
    actor_snapshot = models.OneToOneField(ActorSnapshot, on_delete=models.PROTECT, related_name="signature")

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signed_at"]
        constraints = [
            seen_text("typed_name", name="signature_text_is_seen"),
            models.UniqueConstraint(fields=["agreement", "signer"], name="signature_once"),
            *evidence("agreements_signature", "a signature cannot be changed or deleted"),
        ]

    def __str__(self) -> str:
        return f"{self.signer_id} on {self.agreement_id}"

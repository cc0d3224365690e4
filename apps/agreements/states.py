"""The states of a data use agreement. Its diagram is docs/diagrams/agreement.md; a check compares the two."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.workflow import Workflow


class AgreementState(models.TextChoices):
    OFFERED = "offered", _("Awaiting signature of the applicant")
    SIGNED = "signed", _("Awaiting countersignature")
    EXECUTED = "executed", _("Fully signed")
    TERMINATED = "terminated", _("Terminated")
    EXPIRED = "expired", _("Expired before everyone signed")

    @classmethod
    def awaiting_signatures(cls) -> list[str]:
        """The states in which the applicant or a dataset owner has yet to sign."""
        return [cls.OFFERED, cls.SIGNED]

    @classmethod
    def ended(cls) -> list[str]:
        """The states from which no access follows."""
        return [cls.TERMINATED, cls.EXPIRED]


AGREEMENT_WORKFLOW = Workflow(
    {
        (AgreementState.OFFERED, "sign"): AgreementState.SIGNED,
        (AgreementState.OFFERED, "terminate"): AgreementState.TERMINATED,
        (AgreementState.OFFERED, "expire"): AgreementState.EXPIRED,
        (AgreementState.SIGNED, "countersign"): AgreementState.EXECUTED,
        (AgreementState.SIGNED, "expire"): AgreementState.EXPIRED,
        (AgreementState.SIGNED, "terminate"): AgreementState.TERMINATED,
        (AgreementState.EXECUTED, "terminate"): AgreementState.TERMINATED,
    },
    start=AgreementState.OFFERED,
    name="agreement",
)

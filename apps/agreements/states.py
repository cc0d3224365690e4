"""The states of a data use agreement. Its diagram is docs/diagrams/agreement.md; a check compares the two."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.workflow import Workflow


class AgreementState(models.TextChoices):
    OFFERED = "offered", _("Awaiting signature of the applicant")
    SIGNED = "signed", _("Awaiting countersignature")
    EXECUTED = "executed", _("Fully signed")
    TERMINATED = "terminated", _("Terminated")


AGREEMENT_WORKFLOW = Workflow(
    {
        (AgreementState.OFFERED, "sign"): AgreementState.SIGNED,
        (AgreementState.OFFERED, "terminate"): AgreementState.TERMINATED,
        (AgreementState.SIGNED, "countersign"): AgreementState.EXECUTED,
        (AgreementState.SIGNED, "terminate"): AgreementState.TERMINATED,
        (AgreementState.EXECUTED, "terminate"): AgreementState.TERMINATED,
    },
    start=AgreementState.OFFERED,
    name="agreement",
)
AWAITING = (AgreementState.OFFERED, AgreementState.SIGNED)  # a signature is missing

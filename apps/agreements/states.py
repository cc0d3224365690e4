"""How a data use agreement lives. Drawn in docs/diagrams and compared there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.workflow import Workflow


class AgreementState(models.TextChoices):
    OFFERED = "offered", _("offered")
    SIGNED = "signed", _("signed by the applicant")
    EXECUTED = "executed", _("executed")
    TERMINATED = "terminated", _("terminated")


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

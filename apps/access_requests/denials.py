"""Why a dataset is denied: the list of reasons that a vote to deny chooses from. A denial shows those of its votes.

The reasons follow the criteria of a health data access body, Regulation (EU) 2025/327 (EHDS), Art. 68(1) and (2), and
what REMS and DUOS committees write most often. To add one: a row here; the pages, e-mails and API read it.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.committees.decisions import Choice

DENY = Choice.DENY.value


class DenialReason(models.TextChoices):
    """The values are those of the API."""

    PURPOSE = "purpose", _("Purpose outside the use conditions")
    INCOMPLETE = "incomplete", _("Request incomplete or unclear")
    NOT_NECESSARY = "not_necessary", _("Data not necessary or not proportionate for the purpose")
    NO_LEGAL_BASIS = "no_legal_basis", _("No legal basis or no ethics approval")
    NOT_QUALIFIED = "not_qualified", _("Applicant not qualified for the project")
    SAFEGUARDS = "safeguards", _("Safeguards not sufficient")
    NOT_AVAILABLE = "not_available", _("Data not available")
    OTHER = "other", _("Other reason")


def in_order(codes: Iterable[str]) -> list[str]:
    """The known codes among these, each once, in the order of the list."""
    given = set(codes)
    return [code for code in DenialReason.values if code in given]


def labels(codes: Iterable[str]) -> list[str]:
    """The codes in words, in the reader's language and the order of the list."""
    return [str(DenialReason(code).label) for code in in_order(codes)]


def wrong_codes(choice: str, codes: Iterable[str]) -> dict[str, Any]:
    """What is wrong with the reasons chosen for a vote, by field: a vote to deny has one or more, another vote none."""
    given = set(codes)
    if not given.issubset(DenialReason.values):
        return {"denial_codes": _("Select reasons from the list.")}
    if choice == DENY and not given:
        return {"denial_codes": _("Select at least one reason.")}
    if choice != DENY and given:
        return {
            "choice": _(
                "You selected reasons for a denial, but you did not choose “Deny”. Choose it, or clear the reasons."
            )
        }
    return {}

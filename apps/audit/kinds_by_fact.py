"""Kinds of event that have another icon, tone and sentence by one of their facts."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.audit.kinds import Kind

# The row of a revocation by the user with the access themself.
ENDED_EARLY = ("calendar", "still", _("Access to %(dataset)s was ended early by the user"))
# More exact rows for two kinds, by a fact of the event: fact, then its value with (icon, tone, sentence).
BY_FACT: Mapping[Kind, tuple[str, Mapping[str, tuple[str, str, Any]]]] = {
    Kind.ITEM_DECIDED: (
        "outcome",
        {
            "approve": ("approved", "good", _("%(dataset)s: approved")),
            "approve_with_conditions": ("approved", "good", _("%(dataset)s: approved with conditions")),
            "deny": ("denied", "bad", _("%(dataset)s: denied")),
        },
    ),
    Kind.AGREEMENT_SIGNED: (
        "capacity",
        {
            "applicant": ("sign", "note", _("The applicant signed the agreement")),
            "member": ("sign", "note", _("A project member or student signed the agreement")),
            "owner": ("sign", "note", _("A dataset owner countersigned the agreement")),
        },
    ),
}

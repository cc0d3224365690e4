"""The words of the states around an appeal: icon, badge and sentences, as rows of `words.WORDS`."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.grants.access_state.kinds import State

DENIED = _("%(by)s denied the request for this dataset.")
DENIED_ON = _("Denied on %(since)s")

APPEAL_WORDS: dict[tuple[State, str], tuple[str, Any, tuple[Any, ...]]] = {
    (State.DENIED, ""): ("ban", DENIED_ON, (DENIED,)),
    (State.DENIED, "appealable"): (
        "ban",
        DENIED_ON,
        (DENIED, _("You can appeal this decision once, until %(until)s.")),
    ),
    (State.DENIED, "appealable_by_applicant"): (
        "ban",
        DENIED_ON,
        (DENIED, _("The applicant can appeal this decision once, until %(until)s.")),
    ),
    (State.DENIED, "appeal_waits"): (
        "ban",
        DENIED_ON,
        (DENIED, _("The applicant appealed. The review of the appeal starts when the other datasets are decided.")),
    ),
    (State.DENIED, "appeal_rejected"): (
        "ban",
        DENIED_ON,
        (_("%(by)s reviewed the appeal and denied the request again. The applicant cannot appeal again."),),
    ),
    (State.DENIED, "appeal_withdrawn"): ("ban", DENIED_ON, (DENIED, _("The appeal was withdrawn."))),
    (State.IN_REVIEW, "appeal"): (
        "in_review",
        _("Appeal in review"),
        (_("The review of the appeal started on %(since)s. Waiting for %(who)s."),),
    ),
}

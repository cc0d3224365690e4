"""The words of states that unmet conditions hold back: icon, badge and sentences, as rows of `words.WORDS`."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.grants.access_state.kinds import State

TO_MEET, TO_REVIEW = _("Conditions to meet"), _("Conditions in review")
BEFORE_SIGNING = _("A condition of the approval must be met before the agreement can be signed.")
BEFORE_DOWNLOAD = _("A condition of the approval must be met before the first download.")
REVIEWED = _("Waiting for %(who)s to review the report.")
REPORTED_BY = _("Waiting for %(who)s to report it as met.")

CONDITION_WORDS: dict[tuple[State, str], tuple[str, Any, tuple[Any, ...]]] = {
    (State.AWAITING_SIGNATURES, "conditions"): ("check", TO_MEET, (BEFORE_SIGNING,)),
    (State.AWAITING_SIGNATURES, "conditions_review"): ("clock", TO_REVIEW, (BEFORE_SIGNING, REVIEWED)),
    (State.AWAITING_SIGNATURES, "conditions_others"): ("clock", TO_MEET, (BEFORE_SIGNING, REPORTED_BY)),
    (State.SUSPENDED, "conditions"): ("check", TO_MEET, (BEFORE_DOWNLOAD,)),
    (State.SUSPENDED, "conditions_review"): ("clock", TO_REVIEW, (BEFORE_DOWNLOAD, REVIEWED)),
    (State.SUSPENDED, "conditions_others"): ("clock", TO_MEET, (BEFORE_DOWNLOAD, REPORTED_BY)),
}

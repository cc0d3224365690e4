"""The progress of a request: its steps, whom it is waiting for, and since when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.access_requests.models import AccessRequest, Item, Question
from apps.access_requests.states import ACCEPTED, ItemState, RequestState
from apps.agreements.models import Agreement
from apps.agreements.states import AgreementState

OVER = (RequestState.CLOSED, RequestState.WITHDRAWN)
REACHED = {
    RequestState.DRAFT: 0,
    RequestState.RETURNED: 0,
    RequestState.SUBMITTED: 1,
    RequestState.IN_REVIEW: 2,
    RequestState.DECIDED: 3,
    RequestState.ACTIVE: 4,
    RequestState.CLOSED: 4,
}


def steps(request: AccessRequest, items: Sequence[Item]) -> list[dict[str, Any]]:
    """The request's way as components/steps.html shows it."""
    labels = [_("Draft"), _("Submitted"), _("Review"), _("Agreement"), _("Access")]
    if request.state == RequestState.WITHDRAWN:
        reached = 1 if request.submitted_at else 0
        return _steps(labels, reached, stopped=_("Withdrawn"))
    if items and all(item.state == ItemState.DENIED for item in items):
        return _steps(labels, 2, stopped=_("Denied"))
    here = _steps(labels, REACHED[RequestState(request.state)])
    if request.state == RequestState.ACTIVE:
        here[-1] = {"label": labels[-1], "state": "done", "note": ""}
    if request.state == RequestState.RETURNED:
        here[0]["note"] = _("Changes requested")
    return here


def _steps(labels: list[str], reached: int, *, stopped: str = "") -> list[dict[str, Any]]:
    at = "stopped" if stopped else "current"
    return [
        {
            "label": label,
            "state": "done" if place < reached else at if place == reached else "todo",
            "note": stopped if place == reached else "",
        }
        for place, label in enumerate(labels)
    ]


def holder(
    request: AccessRequest, items: Sequence[Item], questions: Sequence[Question], *, is_applicant: bool
) -> tuple[str, datetime | None]:
    """Whom the request is waiting for, in a sentence, and since when; a closed one waits for nobody."""
    state = request.state
    if state in (RequestState.DRAFT, RequestState.RETURNED):
        since = questions[-1].asked_at if state == RequestState.RETURNED and questions else request.created_at
        with_you, with_them = _("Waiting for you."), _("Waiting for the applicant.")
        return (with_you if is_applicant else with_them), since
    if state in (RequestState.SUBMITTED, RequestState.IN_REVIEW):
        open_ones = {item.committee.name for item in items if item.state == ItemState.OPEN}
        names = ", ".join(sorted(open_ones))
        words = (
            _("Waiting for %(committee)s to check that the request is complete.")
            if state == RequestState.SUBMITTED
            else ""
        )
        return (words or _("Waiting for a decision from %(committee)s.")) % {"committee": names}, request.submitted_at
    if state == RequestState.DECIDED:
        return _signers(items, request.decided_at, is_applicant=is_applicant)
    if state == RequestState.ACTIVE:
        return _("Access has been granted."), request.decided_at
    return _("This request is closed."), request.ended_at


def _signers(items: Sequence[Item], decided_at: datetime | None, *, is_applicant: bool) -> tuple[str, datetime | None]:
    """After the decision: whose signature is the next."""
    for item in items:
        agreement: Agreement | None = getattr(item, "agreement", None)
        if agreement is None and item.state in ACCEPTED:
            return _("The agreement is being prepared."), decided_at
        if agreement is not None and agreement.state == AgreementState.OFFERED:
            yours, theirs = _("Waiting for your signature."), _("Waiting for the applicant’s signature.")
            return (yours if is_applicant else theirs), agreement.offered_at
        if agreement is not None and agreement.state == AgreementState.SIGNED:
            return _("Waiting for the dataset owner’s countersignature."), agreement.offered_at
    return _("The decision has been made."), decided_at

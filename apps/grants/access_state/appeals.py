"""What an appeal changes in the state of a dataset: after a denial, and while the committee reviews it."""

from datetime import UTC, datetime, time
from typing import Any

from apps.access_requests.models import Appeal
from apps.access_requests.rules_after import can_appeal_until

CAUSES = {
    Appeal.Outcome.OPEN: "appeal_waits",
    Appeal.Outcome.REJECTED: "appeal_rejected",
    Appeal.Outcome.WITHDRAWN: "appeal_withdrawn",
}


def appeal_of(item: Any) -> Appeal | None:
    return getattr(item, "appeal", None)


def after_denial(item: Any, now: datetime, *, mine: bool) -> tuple[str, datetime | None]:
    """The cause that has the words for a denied item, and until when it can be appealed; `mine` for its applicant."""
    appeal = appeal_of(item)
    if appeal is not None:
        return CAUSES.get(Appeal.Outcome(appeal.outcome), ""), None
    until = can_appeal_until(item, appeal, now)
    if until is None:
        return "", None
    cause = "appealable" if mine else "appealable_by_applicant"
    return cause, datetime.combine(until, time(12), tzinfo=UTC)  # the same day in every time zone


def under_appeal(item: Any) -> str:
    """The cause of an undecided item that the committee reviews because of an appeal."""
    appeal = appeal_of(item)
    return "appeal" if appeal is not None and appeal.outcome == Appeal.Outcome.OPEN else ""


def review_began(item: Any) -> datetime | None:
    """When the review of an undecided item began: of an appeal with its round, otherwise with the submission."""
    appeal = appeal_of(item)
    started: datetime | None = item.request.submitted_at
    if under_appeal(item) and appeal is not None and appeal.round is not None:
        started = max(appeal.round.opened_at, started) if started is not None else appeal.round.opened_at
    return started

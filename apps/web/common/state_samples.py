"""Every access state with sample data, for the gallery: one picture shows them all."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from apps.access_requests.models import AccessRequest
from apps.agreements.models import Agreement
from apps.committees.models import Committee
from apps.datasets.models import Dataset, Version
from apps.grants.access_state import AccessState, Action, Do, State, Turn
from apps.grants.access_state.words import WORDS
from apps.grants.models import AccessGrant
from apps.web.common.state_presenters import shown

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
# The next action of each state, as apps/grants/access_state gives it to the person themselves.
ACTIONS: dict[State, Do] = {
    State.NONE: Do.REQUEST_ACCESS,
    State.SIGN_IN_NEEDED: Do.SIGN_IN_TO_REQUEST,
    State.DRAFT: Do.CONTINUE_DRAFT,
    State.SUBMITTED: Do.VIEW_REQUEST,
    State.IN_REVIEW: Do.VIEW_REQUEST,
    State.CHANGES_REQUESTED: Do.ANSWER,
    State.PREPARING: Do.VIEW_AGREEMENT,
    State.AWAITING_SIGNATURES: Do.SIGN,
    State.SCHEDULED: Do.VIEW_ACCESS,
    State.ACTIVE: Do.DOWNLOAD,
    State.SUSPENDED: Do.VIEW_ACCESS,
    State.ENDED: Do.REQUEST_AGAIN,
    State.REVOKED: Do.REQUEST_AGAIN,
    State.TERMINATED: Do.REQUEST_AGAIN,
    State.DENIED: Do.REVISE,
    State.EXPIRED: Do.REQUEST_AGAIN,
    State.WITHDRAWN: Do.REQUEST_AGAIN,
    State.NOT_ACCEPTING: Do.VIEW_COMMITTEE,
    State.OPEN: Do.DOWNLOAD,
    State.REGISTERED: Do.DOWNLOAD,
    State.TERMS_NEEDED: Do.ACCEPT_TERMS,
    State.SECOND_FACTOR_NEEDED: Do.SECOND_FACTOR,
    State.AFFILIATION_NEEDED: Do.SIGN_IN_AGAIN,
    State.ACCOUNT_BLOCKED: Do.WHY,
    State.EMBARGOED: Do.VIEW_ACCESS,
    State.VERSION_WITHDRAWN: Do.VIEW_ACCESS,
    State.DOWNLOADS_STOPPED: Do.WHY,
}
BY_CAUSE: dict[tuple[State, str], Do] = {
    (State.SIGN_IN_NEEDED, "registered"): Do.SIGN_IN,
    (State.ACTIVE, "ends_soon"): Do.RENEW,
    (State.AWAITING_SIGNATURES, "others"): Do.VIEW_AGREEMENT,
    (State.AWAITING_SIGNATURES, "countersign"): Do.COUNTERSIGN,
    (State.CHANGES_REQUESTED, "others"): Do.VIEW_REQUEST,
    (State.AWAITING_SIGNATURES, "conditions"): Do.MEET_CONDITIONS,
    (State.AWAITING_SIGNATURES, "conditions_review"): Do.VIEW_REQUEST,
    (State.AWAITING_SIGNATURES, "conditions_others"): Do.VIEW_REQUEST,
    (State.SUSPENDED, "conditions"): Do.MEET_CONDITIONS,
    (State.SUSPENDED, "conditions_review"): Do.VIEW_REQUEST,
    (State.SUSPENDED, "conditions_others"): Do.VIEW_REQUEST,
    (State.SUSPENDED, "affiliation"): Do.SIGN_IN_AGAIN,
    (State.SUSPENDED, "affiliation_ended"): Do.ASK_OFFICIAL,
    (State.SUSPENDED, "affiliation_lapsed"): Do.ASK_OFFICIAL,
    (State.AFFILIATION_NEEDED, "ended"): Do.ASK_OFFICIAL,
    (State.AFFILIATION_NEEDED, "lapsed"): Do.ASK_OFFICIAL,
}


def samples() -> list[dict[str, Any]]:
    """A panel for every row of the table of words."""
    return [_sample(state, cause) for state, cause in WORDS]


def _sample(state: State, cause: str) -> dict[str, Any]:
    dataset = Dataset(slug="breast-mri", title="Breast MRI with outcomes")
    request = AccessRequest(title="Recurrence after hormone therapy")
    soon = cause in {"ends_soon", "renewing"}
    ends = datetime(2026, 12, 21, tzinfo=UTC) if soon else datetime(2027, 11, 21, tzinfo=UTC)
    grant = AccessGrant(dataset=dataset, starts_at=ends - timedelta(days=365), ends_at=ends)
    code = BY_CAUSE.get((state, cause), ACTIONS[state])
    on = {
        Do.REQUEST_AGAIN: request, Do.REVISE: request, Do.RENEW: request, Do.CONTINUE_DRAFT: request,
        Do.ANSWER: request, Do.MEET_CONDITIONS: request, Do.VIEW_REQUEST: request,
        Do.SIGN: Agreement(), Do.COUNTERSIGN: Agreement(),
        Do.VIEW_AGREEMENT: Agreement(), Do.VIEW_ACCESS: grant, Do.VIEW_COMMITTEE: Committee(slug="breast-cancer"),
    }.get(code, dataset)  # fmt: skip
    return shown(
        AccessState(
            state, NOW, dataset=dataset, turn=Turn.NOBODY, cause=cause, since=datetime(2026, 11, 10, tzinfo=UTC),
            until=datetime(2027, 1, 1, tzinfo=UTC), last_day=date(2026, 12, 20) if soon else date(2027, 11, 20),
            waiting_for=("Breast Cancer Data Access Committee",), by="Søren Dahl", number=2,
            reason="Consent was withdrawn for part of the cohort.", action=Action(code, on), request=request,
            grant=grant if state == State.ACTIVE else None, version=Version(number=1),
        )
    ) | {"id": f"state-{state}-{cause}" if cause else f"state-{state}"}  # fmt: skip

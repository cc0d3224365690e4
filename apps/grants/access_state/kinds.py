"""The states of a person's access to a dataset, their next actions, and what is known with each.

`states` computes them and `words` has the table of sentences; nothing else says what a state is.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from apps.access_requests.models import AccessRequest
from apps.agreements.models import Agreement
from apps.datasets.models import Dataset, Version
from apps.grants.models import AccessGrant


class State(StrEnum):
    """What a person has on a dataset. The values are those of the API."""

    NONE = "none"
    SIGN_IN_NEEDED = "sign_in_needed"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    PREPARING = "preparing"
    AWAITING_SIGNATURES = "awaiting_signatures"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"
    REVOKED = "revoked"
    TERMINATED = "terminated"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    NOT_ACCEPTING = "not_accepting"
    OPEN = "open"
    REGISTERED = "registered"
    TERMS_NEEDED = "terms_needed"
    SECOND_FACTOR_NEEDED = "second_factor_needed"
    AFFILIATION_NEEDED = "affiliation_needed"
    ACCOUNT_BLOCKED = "account_blocked"
    EMBARGOED = "embargoed"
    VERSION_WITHDRAWN = "version_withdrawn"
    DOWNLOADS_STOPPED = "downloads_stopped"


class Turn(StrEnum):
    """Whose turn it is."""

    YOU = "you"
    OTHERS = "others"
    NOBODY = "nobody"


class Do(StrEnum):
    """What somebody can do next. `apps.web.common.actions` has the address of each, `words` the label."""

    SIGN_IN = "sign_in"
    SIGN_IN_TO_REQUEST = "sign_in_to_request"
    SECOND_FACTOR = "second_factor"
    SIGN_IN_AGAIN = "sign_in_again"
    ASK_OFFICIAL = "ask_official"
    ACCEPT_TERMS = "accept_terms"
    REQUEST_ACCESS = "request_access"
    REQUEST_AGAIN = "request_again"
    REVISE = "revise"
    RENEW = "renew"
    CONTINUE_DRAFT = "continue_draft"
    ANSWER = "answer"
    MEET_CONDITIONS = "meet_conditions"
    VIEW_REQUEST = "view_request"
    SIGN = "sign"
    COUNTERSIGN = "countersign"
    VIEW_AGREEMENT = "view_agreement"
    DOWNLOAD = "download"
    VIEW_ACCESS = "view_access"
    VIEW_CURRENT = "view_current"
    VIEW_COMMITTEE = "view_committee"
    WHY = "why"


GIVES_ACCESS = frozenset({State.ACTIVE, State.OPEN, State.REGISTERED})
CLOSED = frozenset(
    {State.ENDED, State.REVOKED, State.TERMINATED, State.DENIED, State.EXPIRED, State.WITHDRAWN}
)  # nothing follows by itself; a new request may
UNDER_WAY = frozenset(
    {
        State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.CHANGES_REQUESTED, State.PREPARING,
        State.AWAITING_SIGNATURES,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Action:
    """One next action: its code, and the object it is done on (dataset, request, agreement, grant or version)."""

    code: Do
    on: Any = None


@dataclass(frozen=True)
class AccessState:
    """One state of one person, with exactly one next action (None: there is nothing to do or to see).

    `cause` tells apart what has the same state but other words (a key of `words.WORDS`). `until` is the moment of
    the end, `last_day` the last day on which access is possible (UTC, as it was signed). `since` is when the state
    began, `due` the day by which the committee means to decide, or until which it accepts no requests. `waiting_for`
    are names of those whose turn it is.
    `by` and `reason` say who revoked, suspended or decided, and why. `number` counts what the words count: unanswered
    questions, or projects with access. `also` are the other states on the same dataset, or of the same request.
    """

    state: State
    at: datetime
    dataset: Dataset | None = None
    turn: Turn = Turn.NOBODY
    cause: str = ""
    since: datetime | None = None
    until: datetime | None = None
    last_day: date | None = None
    due: date | None = None
    waiting_for: tuple[str, ...] = ()
    by: str = ""
    reason: str = ""
    number: int = 0
    action: Action | None = None
    request: AccessRequest | None = None
    agreement: Agreement | None = None
    grant: AccessGrant | None = None
    version: Version | None = None
    also: tuple["AccessState", ...] = field(default=(), compare=False)

    @property
    def gives_access(self) -> bool:
        return self.state in GIVES_ACCESS

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    @property
    def days_left(self) -> int | None:
        """Days from today (UTC) to the last day of active access; 0 on the last day, None without an end."""
        if self.state != State.ACTIVE or self.last_day is None or self.last_day < self.at.date():
            return None
        return (self.last_day - self.at.date()).days

    @property
    def tone(self) -> str:
        """good, wait, note, bad, still or accent: the colour of badge and panel."""
        if self.state == State.ACTIVE and self.cause == "ends_soon":
            return "wait"
        return TONES[self.state]

    @property
    def step(self) -> int:
        """How far a request has come: 0 draft, 1 submitted, 2 review, 3 agreement, 4 access."""
        return STEPS.get(self.state, 4 if self.grant is not None else 0)


TONES: dict[State, str] = {
    State.NONE: "accent",
    State.SIGN_IN_NEEDED: "accent",
    State.DRAFT: "still",
    State.SUBMITTED: "wait",
    State.IN_REVIEW: "wait",
    State.CHANGES_REQUESTED: "wait",
    State.PREPARING: "note",
    State.AWAITING_SIGNATURES: "note",
    State.SCHEDULED: "good",
    State.ACTIVE: "good",
    State.SUSPENDED: "wait",
    State.ENDED: "still",
    State.REVOKED: "bad",
    State.TERMINATED: "bad",
    State.DENIED: "bad",
    State.EXPIRED: "still",
    State.WITHDRAWN: "still",
    State.NOT_ACCEPTING: "still",
    State.OPEN: "good",
    State.REGISTERED: "good",
    State.TERMS_NEEDED: "note",
    State.SECOND_FACTOR_NEEDED: "wait",
    State.AFFILIATION_NEEDED: "wait",
    State.ACCOUNT_BLOCKED: "bad",
    State.EMBARGOED: "still",
    State.VERSION_WITHDRAWN: "still",
    State.DOWNLOADS_STOPPED: "wait",
}
STEPS: dict[State, int] = {
    State.DRAFT: 0,
    State.SUBMITTED: 1,
    State.CHANGES_REQUESTED: 1,
    State.IN_REVIEW: 2,
    State.DENIED: 2,
    State.PREPARING: 3,
    State.AWAITING_SIGNATURES: 3,
    State.EXPIRED: 3,
    State.TERMINATED: 3,
}

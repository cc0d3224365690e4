"""The five steps of a request, and whose turn it is; both from its access state."""

from dataclasses import replace

from django.utils.translation import gettext as _

from apps.access_requests.models import AccessRequest
from apps.grants.access_state import AccessState, State, Turn
from apps.grants.access_state.words import day, said

STOPPED = (State.DENIED, State.REVOKED, State.TERMINATED, State.EXPIRED, State.WITHDRAWN)
LAST = 4


def steps(state: AccessState, request: AccessRequest) -> list[dict[str, str]]:
    """Draft, Submitted, Review, Agreement, Access, as components/steps.html shows them; where it stopped, in words."""
    labels = [_("Draft"), _("Submitted"), _("Review"), _("Agreement"), _("Access")]
    here, badge = _step(state, request), said(state).badge
    over = state.gives_access or state.state == State.ENDED
    at = "stopped" if state.state in STOPPED else "done" if over else "current"
    notes = {0: day(request.created_at), 1: day(request.submitted_at)}
    if badge != labels[here]:
        notes[here] = badge
    return [
        {
            "label": label,
            "state": at if place == here else "done" if place < here else "todo",
            "note": notes.get(place, ""),
        }
        for place, label in enumerate(labels)
    ]


def _step(state: AccessState, request: AccessRequest) -> int:
    if state.state == State.WITHDRAWN:
        return 1 if request.submitted_at else 0
    return LAST if state.grant is not None else state.step


def with_every_committee(state: AccessState) -> AccessState:
    """The state of the whole request: it names each committee whose decision is waited for, not that of one dataset."""
    same = [
        one
        for one in (state, *state.also)
        if (one.state, one.cause, one.turn) == (state.state, state.cause, state.turn)
    ]
    names = list(dict.fromkeys(name for one in same for name in one.waiting_for))
    if len(names) < 2 or state.state not in (State.SUBMITTED, State.IN_REVIEW):
        return state
    if state.state == State.SUBMITTED:  # the first that accepts it does so for all
        names = [_("%(first)s or %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}]
    return replace(state, waiting_for=tuple(names))


def turn(state: AccessState) -> str:
    """Whose turn it is: the heading of the panel."""
    if state.turn == Turn.YOU:
        return _("Waiting for you")
    if state.turn == Turn.OTHERS and state.waiting_for:
        return _("Waiting for %(who)s") % {"who": ", ".join(state.waiting_for)}
    if state.is_closed:
        return _("Closed")
    return _("Access granted") if state.gives_access else _("Status of this request")

"""What unmet conditions change in a state: nobody signs, or nobody downloads, and somebody has the next step."""

from collections.abc import Mapping
from typing import Any

from apps.grants.access_state.facts import Who
from apps.grants.access_state.kinds import AccessState, Action, Do, State, Turn


def held_by_conditions(state: State, item: Any, who: Who, *, unreported: bool, same: Mapping[str, Any]) -> AccessState:
    """The applicant's side reports what they did; then the committee reviews it."""
    see = Action(Do.VIEW_REQUEST, item.request)
    if not unreported:
        waiting = (item.committee.name,)
        return AccessState(state, cause="conditions_review", turn=Turn.OTHERS, waiting_for=waiting, action=see, **same)
    if not who.is_viewer:
        waiting = (str(item.request.applicant),)
        return AccessState(state, cause="conditions_others", turn=Turn.OTHERS, waiting_for=waiting, action=see, **same)
    action = Action(Do.MEET_CONDITIONS, item.request)
    return AccessState(state, cause="conditions", turn=Turn.YOU, action=action, **same)

"""THE access state: what a person has on a dataset, whose turn it is, and the one next action.

Every page, list, badge, e-mail and API answer reads it. It decides nothing: "active" is said only where the access rule
(`apps.grants.queries.rule`) opens a version; a part of the rule that is not known here is "suspended".
`words.said` has the badge, the sentences and the label of the button.
"""

from apps.grants.access_state.kinds import CLOSED, GIVES_ACCESS, UNDER_WAY, AccessState, Action, Do, State, Turn
from apps.grants.access_state.states import (
    access_state,
    access_states,
    state_of_grant,
    state_of_request,
    state_of_version,
    states_of_grants,
    states_of_own,
    states_of_requests,
)

__all__ = [
    "CLOSED",
    "GIVES_ACCESS",
    "UNDER_WAY",
    "AccessState",
    "Action",
    "Do",
    "State",
    "Turn",
    "access_state",
    "access_states",
    "state_of_grant",
    "state_of_request",
    "state_of_version",
    "states_of_grants",
    "states_of_own",
    "states_of_requests",
]

"""An access state as templates show it: components/state_badge.html, state_action.html, state_panel.html."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.grants.access_state import AccessState, Action, Do, State
from apps.grants.access_state.words import LABELS, days_left, said
from apps.web.common.actions import Place, href_of, place_of

ICONS: dict[Do, str] = {
    Do.SIGN_IN: "sign-in",
    Do.SIGN_IN_TO_REQUEST: "sign-in",
    Do.SECOND_FACTOR: "key",
    Do.SIGN_IN_AGAIN: "sign-in",
    Do.ASK_OFFICIAL: "institution",
    Do.ACCEPT_TERMS: "agreement",
    Do.REQUEST_ACCESS: "edit",
    Do.REQUEST_AGAIN: "edit",
    Do.REVISE: "edit",
    Do.RENEW: "refresh",
    Do.CONTINUE_DRAFT: "edit",
    Do.ANSWER: "question",
    Do.MEET_CONDITIONS: "check",
    Do.SIGN: "sign",
    Do.COUNTERSIGN: "sign",
    Do.DOWNLOAD: "download",
}


def shown(state: AccessState) -> dict[str, Any]:
    """The words of the state, its days and the place of its next action, as plain values.

    `badge`, `tone`, `icon`, `sentences`; `label`, `place` (see `actions.Place`), `href` and `action_icon` of the next
    action; `left` (days left, in words), `used` and `whole` (days of the access, for a bar) and `state` itself.
    """
    words, place = said(state), place_of(state.action)
    row: dict[str, Any] = {
        "state": state,
        "badge": words.badge,
        "tone": words.tone,
        "icon": words.icon,
        "sentences": words.sentences,
        "label": words.button,
        "place": place,
        "href": href_of(state.action),
        "action_icon": ICONS.get(state.action.code, "") if state.action is not None else "",
        "left": days_left(state),
    }
    return row | _bar(state)


def shown_all(states: Iterable[AccessState]) -> list[dict[str, Any]]:
    return [shown(state) for state in states]


def with_one_file(panel: dict[str, Any], state: AccessState, only: Any) -> dict[str, Any]:
    """With one file the button downloads it; with several it leads to the files, each with its own button."""
    if state.action is None or state.action.code != Do.DOWNLOAD or only is None:
        return panel
    place = Place(reverse("file_page", args=[only.pk]), post=True, fields={"start": "1"})
    return panel | {"place": place, "label": _("Download file")}


def action(code: Do, on: Any) -> dict[str, Any]:
    """A further action beside the one of the state, for state_action.html."""
    return {"label": str(LABELS[code]), "place": place_of(Action(code, on)), "action_icon": ICONS.get(code, "")}


def _bar(state: AccessState) -> dict[str, int]:
    grant = state.grant
    if grant is None or state.state != State.ACTIVE:
        return {}
    whole = max((grant.ends_at - grant.starts_at).days, 1)
    return {"whole": whole, "used": min(max((state.at - grant.starts_at).days, 0), whole)}

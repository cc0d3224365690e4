"""Invitations as the applicant and the project members see them: who is invited, and whether they can still confirm."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.access_requests import queries_invitations
from apps.access_requests.models import AccessRequest, Invitation
from apps.access_requests.states import EDITABLE, UNDER_REVIEW
from apps.core import clock


def is_over(found: AccessRequest) -> bool:
    """Whether nobody can join any more: the request is decided, closed or withdrawn."""
    return found.state not in (*EDITABLE, *UNDER_REVIEW)


def waiting_rows(found: AccessRequest) -> list[dict[str, Any]]:
    """Who is invited and has not answered: `entry` and `state`; one statement."""
    return rows(found, queries_invitations.of_request(found).filter(outcome=""))


def rows(found: AccessRequest, invitations: Iterable[Invitation]) -> list[dict[str, Any]]:
    """Each invitation as it was entered, with its state in words."""
    over = is_over(found)
    return [{"entry": one.entry or _("Address erased"), "state": state_of(one, over=over)} for one in invitations]


def state_of(one: Invitation, *, over: bool, mine: bool = False) -> str:
    """The state in words; `over`: the request can no longer be joined; `mine`: the applicant reads it."""
    if one.outcome:
        return str(one.get_outcome_display())
    if over:
        return _("Not confirmed, invitation ended")
    if one.expires_at <= clock.now():
        return _("Invitation expired")
    if mine and one.claimed_by_id is not None:
        return _("Waiting for you")
    return _("E-mail could not be delivered") if one.undelivered_at else _("Invited, not confirmed yet")

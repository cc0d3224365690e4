"""Addresses and iDs typed in the box for colleagues that name nobody yet: carried to the page that invites people.

They wait in the session, on the server: an address never stands in the address of a page.
"""

from typing import Any

from apps.access_requests import rules_invitations
from apps.access_requests.invitees import read_invitee
from apps.access_requests.models import AccessRequest
from apps.core.errors import Invalid
from apps.people.colleagues import find_colleague
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.forms import refusal_of

KEPT = "people_to_invite"
FIELD = "members"


def take_out(request: AuthenticatedRequest, found: AccessRequest, facts: dict[str, Any]) -> list[str]:
    """The entries to invite, taken out of the members in `facts`; none unless the button that leads there was pressed.

    An entry that is neither an address nor an iD stays, so that it is refused at its field.
    """
    by = request.actor
    if "people" not in request.POST or refusal_of(lambda: rules_invitations.check_can_invite(by, found)) is not None:
        return []
    taken = [one for one in facts[FIELD] if _names_nobody(one, by)]
    facts[FIELD] = [one for one in facts[FIELD] if one not in taken]
    return list(dict.fromkeys(taken))


def _names_nobody(entry: str, by: Person) -> bool:
    if refusal_of(lambda: read_invitee(entry, field=FIELD), Invalid) is not None:
        return False
    return refusal_of(lambda: find_colleague(entry, by=by, field=FIELD), Invalid) is not None


def carry(request: AuthenticatedRequest, found: AccessRequest, entries: list[str]) -> None:
    """Keep them until they are invited, or until others are carried."""
    if entries:
        request.session[KEPT] = {"of": str(request.actor.pk), "request": str(found.pk), "entries": entries}


def carried(request: AuthenticatedRequest, found: AccessRequest) -> list[str]:
    """What this person typed on the form of this request."""
    kept = request.session.get(KEPT) or {}
    mine = (kept.get("of"), kept.get("request")) == (str(request.actor.pk), str(found.pk))
    return list(kept["entries"]) if mine else []


def forget(request: AuthenticatedRequest) -> None:
    """They are invited."""
    request.session.pop(KEPT, None)

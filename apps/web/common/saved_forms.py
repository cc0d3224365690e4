"""A form that came at a bad moment waits in the session, on the server, until its own person sends it by a click."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from apps.identity.oidc.authorize import local_path
from apps.people.models import Person
from apps.web.common.actor import PageRequest
from apps.web.common.idempotency import FIELD

KEPT = "kept_form"
NOT_KEPT = {"csrfmiddlewaretoken"}
MOST_KEPT = 100_000


def save_form(request: PageRequest, *, of: str, shown: Sequence[tuple[str, str]] = ()) -> bool:
    """Keep what was filled in for the person with this id; not files, and nothing too long for a session.

    `shown` is what was chosen as (label, text), in the words of the page.
    """
    fields = [[name, value] for name, values in request.POST.lists() for value in values if name not in NOT_KEPT]
    short = sum(len(name) + len(str(value)) for name, value in fields) <= MOST_KEPT
    if not of or request.FILES or not short:
        return False
    request.session[KEPT] = {"of": of, "path": request.path, "page": page_of(request), "fields": fields}
    request.session[KEPT]["shown"] = [list(pair) for pair in shown]
    return True


def worth_keeping(request: PageRequest) -> bool:
    """A page of ours sent it, and there is more in it than the press of a button."""
    return from_our_page(request) and any(name not in NOT_KEPT | {FIELD} for name in request.POST)


def saved_form_for(person: Person, request: PageRequest) -> dict[str, Any] | None:
    """What this person had filled in; never what somebody else did at the same browser."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    return kept if kept and kept.get("of") == str(person.pk) else None


def forget_saved_form(request: PageRequest, *, path: str = "") -> None:
    """What was typed has gone through (to this address, if one is named)."""
    if KEPT in request.session and path in {"", request.session[KEPT]["path"]}:
        del request.session[KEPT]


def sent_by(request: PageRequest) -> str:
    """The id of whoever sends: signed in, or signed in until a moment ago; empty if nobody knows."""
    return str(request.actor.pk) if request.actor.is_authenticated else getattr(request, "was", "")


def from_our_page(request: PageRequest) -> bool:
    """The form stands on a page of this portal: a browser says so itself, and no other site can make it."""
    said = request.headers.get("Origin") or request.headers.get("Referer", "")
    return urlsplit(said).netloc == request.get_host()


def page_of(request: PageRequest) -> str:
    """The page a form was sent from; the front page when that was none of this portal's."""
    sent_from = urlsplit(request.headers.get("Referer", ""))
    path = sent_from.path + (f"?{sent_from.query}" if sent_from.query else "")
    return local_path(path) if sent_from.netloc == request.get_host() else "/"

"""The silent recheck of roles: ask the provider again with prompt=none (OpenID Connect Core 1.0, 3.1.2.1).

A role that comes from a claim is valid for CONFIRMED_FOR (15 minutes) after the provider last confirmed it. When the
last confirmation is older than ASK_AFTER (10 minutes), the next page request is sent to the provider of its session
and back, without a page in between. Nothing in a request can make this happen earlier.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from apps.core.actors import SYSTEM
from apps.identity.commands.sessions import record_role_claims
from apps.identity.models import PersonSession
from apps.identity.oidc.authorize import STATES, SignInStart, local_path
from apps.identity.oidc.errors import NO_ANSWER
from apps.people.commands.claims import sync_platform_role_claims
from apps.people.models import Person, Provider
from apps.people.models.claims import ASK_AFTER, CONFIRMED_FOR
from apps.people.sign_in import Followed

LONGEST_HINT = 4000  # characters; a longer id_token_hint makes an address that some servers refuse
ASKED = "silent_recheck"  # key in the session: when the provider was last asked, and how that ended
TRY_AGAIN = timedelta(minutes=5)
UNDER_WAY = "under_way"
PASSING = {*NO_ANSWER, UNDER_WAY}  # outcomes after which the provider is asked again

Follower = Callable[..., Followed]
_followers: list[Follower] = [sync_platform_role_claims]


class SilentRecheck(SignInStart):
    """Send the browser to the provider and back to the page it asked for, to have the roles confirmed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        onward = local_path(request.GET.get("next", ""))
        session = session_of(request)
        if session is None or session.provider is None or not is_due(request):
            return HttpResponseRedirect(onward)
        record_recheck(request)
        return self._off_to(request, session.provider, onward)

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        hint = request.session.get("oidc_id_token", "")
        return {"prompt": "none"} | ({"id_token_hint": hint} if hint and len(hint) <= LONGEST_HINT else {})

    def _remember(self, request: HttpRequest, state: str, onward: str) -> None:
        super()._remember(request, state, onward)
        session = session_of(request)
        request.session[STATES][state] |= {
            "again": False,
            "factor": False,
            "link": "",
            "silent": str(session and session.pk),
        }

    def _no_way(self, request: HttpRequest, code: str, onward: str) -> HttpResponse:
        record_recheck(request, code)
        return HttpResponseRedirect(onward)


silent_recheck_view = SilentRecheck.as_view()

silent_recheck_view.writes_on_get = True


def on_claims_received(follower: Follower) -> None:
    """Register `follower(person, provider=, said=, by=SYSTEM)`, called whenever a provider has sent its claims.

    portal/apps.py names the followers.
    """
    if follower not in _followers:
        _followers.append(follower)


@transaction.atomic
def follow(request: HttpRequest, session: PersonSession, *, said: Mapping[str, Any]) -> bool:
    """Apply the claims that the provider sends now to all roles, in one transaction; whether one was gained."""
    results = [follower(session.person, provider=session.provider, said=said, by=SYSTEM) for follower in _followers]
    request.session.pop(ASKED, None)
    record_role_claims(session, gives=any(one.gives for one in results), by=SYSTEM)
    return any(one.gained for one in results)


def session_of(request: HttpRequest) -> PersonSession | None:
    """The active session of this request, if its provider gives roles."""
    found: PersonSession | None = getattr(request, "person_session", None)
    counts = found is not None and found.provider is not None and found.roles_confirmed_at is not None
    return found if counts else None


def is_due(request: HttpRequest) -> bool:
    """The last confirmation is older than ASK_AFTER, and no earlier attempt forbids asking again now."""
    session = session_of(request)
    if session is None or session.provider is None or not session.provider.is_active:
        return False
    now = session.asked_at
    if session.roles_confirmed_at is None or session.roles_confirmed_at > now - ASK_AFTER:
        return False
    asked = request.session.get(ASKED, {})
    if asked.get("why", UNDER_WAY) not in PASSING:
        return False
    return bool(now.timestamp() - asked.get("at", 0) >= TRY_AGAIN.total_seconds())


def is_expired(request: HttpRequest) -> bool:
    """The last confirmation is older than CONFIRMED_FOR: roles from this provider are suspended."""
    session = session_of(request)
    if session is None or session.roles_confirmed_at is None:
        return False
    now = session.asked_at
    return bool(session.roles_confirmed_at <= now - CONFIRMED_FOR)


def record_recheck(request: HttpRequest, why: str = UNDER_WAY) -> None:
    """Store in the session that the provider was asked now, and how that ended."""
    session = session_of(request)
    at = session.asked_at.timestamp() if session is not None else 0
    request.session[ASKED] = {"at": at, "why": why, "shown": False}


def asked_in_vain(request: HttpRequest) -> dict[str, Any]:
    """How the last attempt failed (`why`), and whether the person was `told`; empty if it did not fail."""
    asked: dict[str, Any] = request.session.get(ASKED, {})
    return asked if asked.get("why", UNDER_WAY) != UNDER_WAY else {}


def confirmed_person(request: HttpRequest, *, provider: Provider, subject: str, expected: str) -> Person | None:
    """The person of this session, if the answer is about them and about this session; otherwise None."""
    session = session_of(request)
    if session is None or str(session.pk) != expected:
        return None
    same = session.provider_id == provider.pk and session.subject == subject
    return session.person if same else None

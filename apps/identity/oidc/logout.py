"""A provider tells the portal, server to server, that somebody signed out there: OIDC Back-Channel Logout 1.0.

No browser and no cookie takes part, so there is nothing for a CSRF token to protect: the signed logout token is the
proof. Whatever is wrong with it is answered 400 in the same words, and written down with its code.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.core import clock
from apps.core.actors import ANONYMOUS, SYSTEM
from apps.core.addresses import absolute
from apps.identity.commands.sessions import provider_logged_out
from apps.identity.commands.sign_ins import record_logout_refused
from apps.identity.oidc import discovery
from apps.identity.oidc.authorize import SESSION
from apps.identity.oidc.checks import (
    LOGOUT_TYPES,
    SKEW,
    Untrusted,
    audience_faults,
    moment,
    same,
    subject_faults,
    usable,
)
from apps.identity.oidc.signatures import claimed_issuer, signed_claims
from apps.people.models import Provider
from apps.people.queries import provider_by_issuer

EVENT = "http://schemas.openid.net/event/backchannel-logout"

OLDEST_WORD = 2 * 60

NO_ANSWER = {"slow", "unreachable", "busy", "unknown_name", "certificate"}


@csrf_exempt
@never_cache
@require_POST
def back_channel_logout(request: HttpRequest) -> HttpResponse:
    """Ends the sessions the token speaks of; 200 also when there are none left."""
    provider = None
    try:
        if request.content_type != "application/x-www-form-urlencoded":  # 2.5; and nothing is unpacked on to our disk
            raise Untrusted("no_token")
        given = request.POST.getlist("logout_token")
        if len(given) != 1:
            raise Untrusted("no_token")
        provider = _provider(given[0])
        claims = signed_claims(provider, given[0], types=LOGOUT_TYPES)
        faults = logout_faults(
            claims, issuer=provider.issuer, client_id=provider.client_id, now=clock.now().timestamp()
        )
        if faults:
            raise Untrusted(faults[0])
        _end_sessions(provider, claims)
    except Untrusted as fault:
        return _not_taken(provider, fault.code)
    return HttpResponse(status=200)


def _end_sessions(provider: Provider, claims: Mapping[str, Any]) -> None:
    issued_at = datetime.fromtimestamp(claims["iat"], tz=UTC)
    subject, sid = claims.get("sub", ""), claims.get("sid", "")
    done = provider_logged_out(provider, jti=claims["jti"], subject=subject, sid=sid, issued_at=issued_at, by=SYSTEM)
    if not done:
        raise Untrusted("replayed")


def _provider(token: str) -> Provider:
    provider = provider_by_issuer(claimed_issuer(token))
    if provider is None:
        raise Untrusted("provider")
    return provider


def _not_taken(provider: Provider | None, code: str) -> HttpResponse:
    record_logout_refused(provider.issuer if provider else "", why=code, by=ANONYMOUS)
    if code in NO_ANSWER:
        return JsonResponse({"error": "temporarily_unavailable"}, status=503, headers={"Retry-After": "10"})
    return JsonResponse({"error": "invalid_request"}, status=400)


def logout_faults(claims: Mapping[str, Any], *, issuer: str, client_id: str, now: float) -> list[str]:
    """Section 2.6: from the provider, for us, just now, about somebody's logout, and no identity token in disguise."""
    faults = [] if same(claims.get("iss"), issuer) else ["issuer"]
    faults += audience_faults(claims, client_id)
    issued, expires = moment(claims.get("iat")), moment(claims.get("exp"))
    if issued is None or not now - OLDEST_WORD - SKEW <= issued <= now + SKEW:
        faults.append("issued")
    if expires is None or expires <= now - SKEW:
        faults.append("expired")
    if not usable(claims.get("jti")):
        faults.append("jti")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        faults.append("events")
    if "nonce" in claims:
        faults.append("nonce")
    return faults + _who_faults(claims)


def _who_faults(claims: Mapping[str, Any]) -> list[str]:
    """A subject, a session of the provider's, or both."""
    if "sub" not in claims and "sid" not in claims:
        return ["nobody"]
    faults = subject_faults(claims) if "sub" in claims else []
    return faults if "sid" not in claims or usable(claims["sid"]) else [*faults, "sid"]


def provider_logout(request: HttpRequest) -> str:
    """Where to end the session at the provider (OpenID Connect RP-Initiated Logout 1.0); our front page if nowhere."""
    back = absolute("/")
    provider = provider_by_issuer(request.session.get(SESSION, {}).get("issuer", ""))
    endpoint = discovery.known_document_of(provider).get("end_session_endpoint") if provider else ""
    if not endpoint and provider is not None and provider.issuer == settings.OIDC_ISSUER:
        endpoint = settings.OIDC_OP_LOGOUT_ENDPOINT
    token = request.session.get("oidc_id_token", "")
    if not endpoint or not token:
        return "/"
    asked = {"id_token_hint": token, "post_logout_redirect_uri": back}
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

"""Sign-in with an institution's account: OpenID Connect Core 1.0, authorization code with PKCE S256.

mozilla-django-oidc carries the protocol; as shipped it matches people by e-mail and leaves audience, issuer and the
userinfo's subject unchecked, so those parts are replaced here. A person is (issuer, subject), nothing else. Whatever
goes wrong ends on one plain page with a reference, in one event, and in no account.
"""

import unicodedata
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
    OIDCLogoutView,
)

from apps.accounts import commands
from apps.accounts.models import Person
from apps.accounts.visas import SignIn

SKEW_SECONDS = 60
SESSION = "sign_in"
FAULTS = (
    SuspiciousOperation, jwt.PyJWTError, requests.RequestException,
    KeyError, TypeError, ValueError, AttributeError,
)  # fmt: skip


class InstitutionalSignIn(OIDCAuthenticationBackend):
    """Knows a person by issuer and subject; refuses every answer that is not wholly in order."""

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> Person | None:
        if request is None or "nonce" not in kwargs:
            return None
        try:
            person: Person | None = super().authenticate(request, **kwargs)
        except FAULTS as fault:
            commands.note_sign_in_refused(settings.OIDC_ISSUER, why=type(fault).__name__)
            return None
        if person is None or not person.is_active:
            why = "inactive" if person is not None else "mismatch"
            commands.note_sign_in_refused(settings.OIDC_ISSUER, why=why, by=person)
            return None
        return person

    def _verify_jws(self, payload: str, key: Any) -> dict[str, Any]:
        """OpenID Connect Core 1.0, section 3.1.3.7: signature, algorithm, issuer, audience, times."""
        claims: dict[str, Any] = jwt.decode(
            payload,
            key,
            algorithms=[self.OIDC_RP_SIGN_ALGO],
            audience=self.OIDC_RP_CLIENT_ID,
            issuer=settings.OIDC_ISSUER,
            leeway=SKEW_SECONDS,
            options={"require": ["exp", "iat", "sub", "aud", "iss"]},
        )
        parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", parties[0]) != self.OIDC_RP_CLIENT_ID or (len(parties) > 1 and "azp" not in claims):
            raise SuspiciousOperation("the token was made for another party")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
            raise SuspiciousOperation("the token names no usable subject")
        return claims

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> Person:
        """The person behind this sign-in; the userinfo must speak of the same subject as the token."""
        claims = self.get_userinfo(access_token, id_token, payload)
        if claims.get("sub") != payload["sub"]:
            raise SuspiciousOperation("the userinfo speaks of somebody else")
        person = commands.recognise(
            settings.OIDC_ISSUER,
            subject=payload["sub"],
            name=_text(claims, "name", 200),
            email=_text(claims, "email", 254),
            email_verified=claims.get("email_verified") is True,
            by=None,
        )
        self.request.sign_in = {
            "issuer": settings.OIDC_ISSUER,
            "acr": _text(payload, "acr", 200),
            "auth_time": _seconds(payload.get("auth_time")),
        }
        return person

    def get_user(self, user_id: Any) -> Person | None:
        """A deactivated person is out at their next request."""
        return Person.objects.filter(pk=user_id, is_active=True).select_related("institution").first()


JOINERS = "\u200c\u200d"  # hidden too, but some scripts cannot be written without them


def _text(claims: dict[str, Any], name: str, longest: int) -> str:
    """A claim as one line of what can be seen: people choose it themselves, and others read it in letters and lists."""
    value = claims.get(name, "")
    if not isinstance(value, str):
        return ""
    line = " ".join(value.split())
    return "".join(c for c in line if c in JOINERS or unicodedata.category(c)[0] != "C")[:longest]


def _seconds(value: Any) -> int:
    """When the provider asked for proof; one that does not say so plausibly has proved nothing for a signature."""
    return int(value) if isinstance(value, int | float) and 0 < value < 2**32 else 0


class SignInStart(OIDCAuthenticationRequestView):
    """Off to the institution; `?again=1` asks it to make the person prove who they are anew."""

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        return {"prompt": "login", "max_age": "0"} if request.GET.get("again") else {}


class SignInCallback(OIDCAuthenticationCallbackView):
    """Back from the institution."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.GET.get("error"):
            if request.session.get("oidc_states", {}).pop(request.GET.get("state"), None) is not None:
                request.session.modified = True
                commands.note_sign_in_refused(settings.OIDC_ISSUER, why="provider")
            return self.login_failure()
        try:
            answer: HttpResponse = super().get(request)
        except SuspiciousOperation:
            commands.note_sign_in_refused(settings.OIDC_ISSUER, why="state")
            return self.login_failure()
        return answer

    def login_success(self) -> HttpResponse:
        """The session gets a new key at every sign-in, also at one in the middle of a session."""
        facts = self.request.sign_in
        again = self.request.user.is_authenticated and self.request.user == self.user
        answer: HttpResponse = super().login_success()
        if again:
            self.request.session.cycle_key()
        self.request.session[SESSION] = facts
        commands.note_sign_in(self.user, issuer=facts["issuer"], acr=facts["acr"], by=self.user)
        return answer

    def login_failure(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("sign_in_refused"))


class SignOut(OIDCLogoutView):
    """Out of the portal, and on to the provider's own sign-out."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            commands.note_sign_out(request.user, by=request.user)
        answer: HttpResponse = super().post(request)
        return answer


def provider_logout(request: HttpRequest) -> str:
    """Where to end the session at the provider (OpenID Connect RP-Initiated Logout 1.0)."""
    back = f"{settings.PORTAL_ADDRESS}/"
    asked = {"id_token_hint": request.session.get("oidc_id_token", ""), "post_logout_redirect_uri": back}
    return f"{settings.OIDC_OP_LOGOUT_ENDPOINT}?{urlencode(asked)}"


def signed_in(request: HttpRequest) -> SignIn:
    """The facts of the sign-in behind this session; without any, one that is too old for every purpose."""
    facts = request.session.get(SESSION) or {"issuer": "", "acr": "", "auth_time": 0}
    moment = datetime.fromtimestamp(facts["auth_time"], tz=UTC)
    return SignIn(issuer=facts["issuer"], acr=facts["acr"], auth_time=moment)


sign_in_start = SignInStart.as_view()
sign_in_callback = SignInCallback.as_view()
sign_out = SignOut.as_view()
sign_in_callback.writes_on_get = True
sign_in_start.writes_on_get = True

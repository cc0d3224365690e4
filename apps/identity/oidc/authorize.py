"""Off to the institution and back: OpenID Connect Core 1.0, authorization code with PKCE S256.

What is sent out is kept in the session under a random state: which provider was asked, the nonce, the PKCE verifier,
the exact address to come back to, where the person wanted to go. What comes back counts only together with that.
"""

import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from mozilla_django_oidc.views import OIDCAuthenticationRequestView

from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.addresses import absolute_where_visited
from apps.identity.oidc import discovery
from apps.identity.oidc.checks import Untrusted
from apps.identity.oidc.errors import refused
from apps.people.commands.providers import provider_from_settings
from apps.people.models import Provider
from apps.people.queries import provider_by_issuer, providers

SESSION = "sign_in"

STATES = "oidc_states"

LINKING = "linking"

LONGEST_SITTING = 15 * 60

LONGEST_ANSWER = {"code": 2048, "state": 200, "iss": 300, "error": 200}

REMEMBER_FOR = 365 * 24 * 60 * 60


def local_path(asked: str) -> str:
    """Where to go after signing in: a path of this portal, or its front page."""
    plain = asked.startswith("/") and not asked.startswith(("//", "/\\")) and "\\" not in asked
    if not plain or len(asked) > 2000 or not asked.isprintable() or asked.startswith("/oidc/"):
        return "/"
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else "/"


class SignInStart(OIDCAuthenticationRequestView):
    """Off to the institution.

    `?provider=` names it, `?again=1` asks it to make the person prove again who they are, `?factor=1` in two ways,
    `?link=1` adds the identity to the person who is signed in.
    """

    provider: Provider

    def __init__(self, **kwargs: Any) -> None:
        """The library reads one provider from the settings here; ours come from the table."""
        super(OIDCAuthenticationRequestView, self).__init__(**kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        onward = local_path(request.GET.get("next", ""))
        provider = _chosen(request)
        if provider is None:
            kept = {name: request.GET[name] for name in ("again", "factor", "link") if request.GET.get(name)}
            return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode({'next': onward} | kept)}")
        return _keep_choice(self._off_to(request, provider, onward), provider)

    def _off_to(self, request: HttpRequest, provider: Provider, onward: str) -> HttpResponse:
        self.provider = provider
        try:
            endpoint = discovery.document_of(provider)["authorization_endpoint"]
        except Untrusted as fault:
            return self._no_way(request, fault.code, onward)
        self.OIDC_OP_AUTH_ENDPOINT, self.OIDC_RP_CLIENT_ID = endpoint, provider.client_id
        target: str = super().get(request)["Location"]
        query = target[len(endpoint) + 1 :]
        self._remember(request, parse_qs(query)["state"][0], onward)
        return HttpResponseRedirect(f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}")

    def _no_way(self, request: HttpRequest, code: str, onward: str) -> HttpResponse:
        return refused(request, self.provider, code, next_path=onward)

    def get_settings(self, attr: str, *args: Any) -> Any:
        """What the library asks of the settings, answered for this provider."""
        if attr == "OIDC_RP_SCOPES":
            return self.provider.scopes
        return getattr(settings, attr, *args)

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        asked = {"prompt": "login", "max_age": "0"} if _again(request) else {}
        acrs = " ".join(self.provider.second_factor_acrs) if request.GET.get("factor") else ""
        acrs = acrs or self.provider.requested_acr
        return asked | ({"acr_values": acrs} if acrs else {})

    def _remember(self, request: HttpRequest, state: str, onward: str) -> None:
        """Tie the state to what was asked of whom."""
        request.session.pop("oidc_login_next", None)
        request.session[STATES][state] |= {
            "provider": self.provider.slug,
            "redirect_uri": absolute_where_visited(request, reverse("oidc_authentication_callback")),
            "next": onward,
            "asked_at": clock.now().timestamp(),
            "again": _again(request),
            "factor": bool(request.GET.get("factor")),
            "link": _linking(request) if request.GET.get("link") else "",
            "silent": "",
        }
        if not request.user.is_authenticated:  # whoever never comes back leaves nothing for long
            request.session.set_expiry(LONGEST_SITTING)
        request.session.modified = True


def _again(request: HttpRequest) -> bool:
    """Whether the person must prove who they are now, whatever the provider remembers."""
    return any(request.GET.get(name) for name in ("again", "factor", "link"))


def _chosen(request: HttpRequest) -> Provider | None:
    """The provider to go to: the named one, the one of this session for a fresh sign-in, or the only one there is."""
    found = list(providers()[:2])
    if not found and settings.OIDC_ISSUER:
        found = [provider_from_settings(by=SYSTEM)]
    slug = request.GET.get("provider", "")
    if slug:
        return providers().filter(slug=slug[:60]).first()
    if request.GET.get("link"):
        return None
    if _again(request):
        return provider_by_issuer(request.session.get(SESSION, {}).get("issuer", "")) or _only(found)
    return _only(found)


def _only(found: list[Provider]) -> Provider | None:
    return found[0] if len(found) == 1 else None


def _linking(request: HttpRequest) -> str:
    """Who is linking: somebody signed in who asked for it a moment ago, by a form of this portal."""
    asked = request.session.get(LINKING, 0)
    if request.user.is_authenticated and 0 <= time.time() - asked <= LONGEST_SITTING:
        return str(request.user.pk)
    return "nobody"


def _keep_choice(answer: HttpResponse, provider: Provider) -> HttpResponse:
    answer.set_cookie(
        settings.PROVIDER_COOKIE_NAME,
        provider.slug,
        max_age=REMEMBER_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer

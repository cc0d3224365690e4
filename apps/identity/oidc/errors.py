"""A sign-in that did not work: one event, one plain page with its reference, and no reason an attacker could use."""

from copy import copy
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import correlation
from apps.core.actors import ANONYMOUS
from apps.core.addresses import portal_host
from apps.identity.commands.sign_ins import record_sign_in_refused
from apps.people.models import Provider

NO_ANSWER = {"slow", "unreachable", "busy"}
# What the person can mend: the institution need not be asked.
OWN_DOING = {*NO_ANSWER, "state", "expired_start", "overtaken", "inactive", "restored", "identity_taken", "not_fresh",
             "provider_said.access_denied"}  # fmt: skip


def refused(
    request: HttpRequest, provider: Provider | None, code: str, *, next_path: str = "/", again: bool = False
) -> HttpResponse:
    """Write it down and say it: 503 when the provider does not answer, 403 for every other answer we do not take.

    The way to try once more asks for fresh proof (`again`) where the first attempt did.
    """
    issuer = provider.issuer if provider is not None else ""
    record_sign_in_refused(issuer, why=code, by=getattr(request, "sign_in_person", ANONYMOUS))
    asked = {"next": next_path} | ({"again": "1"} if again else {})
    start = f"{reverse('oidc_authentication_init')}?{urlencode(asked)}"
    context: dict[str, Any] = {"reference": correlation.current(), "again_url": start, "sentence": _sentence(code)}
    context["words"] = _words(provider, context["reference"]) if code not in OWN_DOING else ""
    context["sign_in_url"] = start  # the menu's own would lead back to this answer
    status = 503 if code in NO_ANSWER else 403
    answer = render(_elsewhere(request), "sign_in/refused.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    if status == 503:
        answer["Retry-After"] = "10"
    return answer


def _elsewhere(request: HttpRequest) -> HttpRequest:
    """The same visitor, not at this address: no link of the page repeats the code, or what the provider said."""
    shown = copy(request)
    shown.path = shown.path_info = reverse("sign_in_refused")
    shown.META = {**request.META, "QUERY_STRING": ""}
    return shown


def _words(provider: Provider | None, reference: str) -> str:
    """A text for the person's institution: what Gatehouse needs of an answer, whichever check failed."""
    return _(
        "I cannot sign in to %(portal)s through %(provider)s. The portal could not use the answer of the identity "
        "provider (reference %(reference)s). It needs an ID token and userinfo as in OpenID Connect Core 1.0: signed "
        "with RS256 or ES256; iss, aud, exp, iat, nonce; the same sub in both, at most 255 ASCII characters and the "
        "same at every sign-in. It also uses the claims name, email, email_verified and "
        "eduperson_scoped_affiliation. Please compare this with what the provider sends."
    ) % {"portal": portal_host(), "provider": provider or "–", "reference": reference}


def _sentence(code: str) -> str:
    """What the person can do about it; which check failed stands in the log only."""
    if code in NO_ANSWER:
        return _("Your institution’s sign-in is not responding. Try again in a few minutes.")
    if code in {"state", "expired_start", "overtaken"}:
        return _("This sign-in started in another browser, was already used or took too long. Start again.")
    if code == "inactive":
        return _("This account is closed. Contact the portal’s operator.")
    if code == "restored":
        return _("Gatehouse was restored from a backup and is being checked. Try again later.")
    if code == "identity_taken":
        return _("That identity already belongs to another account. Ask an operator to merge the two accounts.")
    if code == "provider_said.access_denied":
        return _("The sign-in was cancelled at your institution.")
    if code == "not_fresh":
        return _("Your institution did not ask you to sign in again, which is required here. Try again.")
    return _("The response from your institution could not be used. No account was created or changed.")

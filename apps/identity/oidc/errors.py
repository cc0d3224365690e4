"""A sign-in that did not work: one event, one plain page with its reference, and no reason an attacker could use."""

import logging
from copy import copy
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.core import correlation
from apps.core.actors import ANONYMOUS
from apps.core.addresses import portal_host
from apps.identity.commands.sign_ins import record_sign_in_refused
from apps.identity.oidc.provider_checks import report_sign_in, sentence_for_log
from apps.people.models import Provider

log = logging.getLogger(__name__)
NO_ANSWER = {"slow", "unreachable", "busy", "unknown_name", "certificate"}
# The portal is not set up for this provider as it should be; nobody can sign in until an operator has mended it.
OUR_FAULT = {"client_secret", "no_secret", "certificate"}
# What the person can mend: the institution need not be asked.
OWN_DOING = {*NO_ANSWER, *OUR_FAULT, "state", "expired_start", "overtaken", "inactive", "restored", "identity_taken",
             "not_fresh", "provider_said.access_denied"}  # fmt: skip


def refused(
    request: HttpRequest, provider: Provider | None, code: str, *, next_path: str = "/", again: bool = False
) -> HttpResponse:
    """Write it down and say it: 503 when the provider does not answer, 403 for every other answer we do not take.

    The way to try once more asks for fresh proof (`again`) where the first attempt did.
    """
    issuer = provider.issuer if provider is not None else ""
    _tell_operator(provider, code)
    record_sign_in_refused(issuer, why=code, by=getattr(request, "sign_in_person", ANONYMOUS))
    asked = {"next": next_path} | ({"again": "1"} if again else {})
    start = f"{reverse('oidc_authentication_init')}?{urlencode(asked)}"
    context: dict[str, Any] = {"reference": correlation.current(), "again_url": start, "sentence": _sentence(code)}
    context["words"] = _words(provider, context["reference"]) if code not in OWN_DOING else ""
    context["sign_in_url"] = start  # the menu's own would lead back to this answer
    status = 503 if code in NO_ANSWER | OUR_FAULT else 403
    answer = render(_elsewhere(request), "sign_in/refused.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    if status == 503:
        answer["Retry-After"] = "10"
    return answer


def _tell_operator(provider: Provider | None, code: str) -> None:
    """The log names the cause; System status too, where it fails every sign-in through the provider."""
    cause = sentence_for_log(code)
    if cause:
        log.error("a sign-in through the provider %s failed (%s). %s", getattr(provider, "slug", "-"), code, cause)
    else:
        log.info("a sign-in was refused (%s)", code)
    if provider is not None:
        report_sign_in(provider, code)


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


_SENTENCES = {
    "inactive": _lazy("This account is closed. Contact the portal’s operator."),
    "restored": _lazy("Gatehouse was restored from a backup and is being checked. Try again later."),
    "identity_taken": _lazy(
        "That identity already belongs to another account. Ask an operator to merge the two accounts."
    ),
    "provider_said.access_denied": _lazy("The sign-in was cancelled at your institution."),
    "not_fresh": _lazy("Your institution did not ask you to sign in again, which is required here. Try again."),
}


def _sentence(code: str) -> str:
    """What the person can do about it; which check failed stands in the log only."""
    if code in OUR_FAULT:
        return _(
            "Sign-in through your institution does not work, because it is not set up correctly here. The operators "
            "of this portal can see the cause. Contact them if the problem continues."
        )
    if code in NO_ANSWER:
        return _("Your institution’s sign-in is not responding. Try again in a few minutes.")
    if code in {"state", "expired_start", "overtaken"}:
        return _("This sign-in started in another browser, was already used or took too long. Start again.")
    if code in _SENTENCES:
        return str(_SENTENCES[code])
    return _("The response from your institution could not be used. No account was created or changed.")

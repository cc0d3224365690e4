"""Letting a program in by a code: the machine's side of RFC 8628, with RFC 6749, 7009 and 8414 where they apply.

Programs are public: they have a name and no secret, so security depends on the codes alone. Cookies are never looked
at.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_safe

from apps.core.actors import ANONYMOUS
from apps.core.addresses import absolute, portal_address
from apps.core.errors import Invalid, TooOften, Unavailable
from apps.identity.oidc.client_info import address_of, browser_family
from apps.tokens.commands.devices import (
    ACCESS_LIVES,
    CODE_LIVES,
    Pair,
    Trouble,
    redeem_device_code,
    refresh_token,
    request_device_code,
    revoke_by_secret,
)
from apps.tokens.models import PersonalToken

BY_CODE = "urn:ietf:params:oauth:grant-type:device_code"
FORM = "application/x-www-form-urlencoded"
LONGEST = 500  # characters of a value; our secrets have 47
View = Callable[[HttpRequest], HttpResponse]
Fields = dict[str, str]


class Fault(Exception):
    """An answer of RFC 6749, 5.2: a code for the program, and a sentence for whoever reads its log."""

    def __init__(self, error: str, sentence: str, *, status: int = 400, **headers: str) -> None:
        super().__init__(error)
        self.body = {"error": error, "error_description": sentence}
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def for_programs(view: Callable[[Fields, HttpRequest], dict[str, Any]]) -> View:
    """A form in, JSON out, kept by nobody (RFC 6749, 5.1); every fault in the words of the standard, in English."""

    @csrf_exempt
    @sensitive_post_parameters()
    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        try:
            return _answer(view(_fields(request), request))
        except Fault as fault:
            return _answer(fault.body, status=fault.status, **fault.headers)

    return wrapper


@for_programs
def device_authorize(fields: Fields, request: HttpRequest) -> dict[str, Any]:
    """A program asks for a code that a person can type (RFC 8628, 3.1 and 3.2)."""
    scopes = _scopes(fields) or [PersonalToken.Scope.READ.value]
    try:
        asked = request_device_code(
            fields["client_id"],
            scopes=scopes,
            asked_from=address_of(request),
            browser=browser_family(request),
            by=ANONYMOUS,
        )
    except Invalid:
        known = " ".join(PersonalToken.Scope.values)
        raise Fault("invalid_scope", f"The scopes are: {known}.") from None
    except TooOften:
        raise Fault("slow_down", "Too many programs wait from your network.", status=429, Retry_After="600") from None
    except Unavailable:
        raise Fault("temporarily_unavailable", "Too many programs wait.", status=503, Retry_After="600") from None
    page = absolute(reverse("device"))
    return {
        "device_code": asked.device_code,
        "user_code": asked.user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?{urlencode({'user_code': asked.user_code})}",
        "expires_in": int(CODE_LIVES.total_seconds()),
        "interval": asked.row.interval,
    }


@for_programs
@sensitive_variables()
def token(fields: Fields, request: HttpRequest) -> dict[str, Any]:
    """The tokens of an authorised program, and later the next ones (RFC 8628, 3.4; RFC 6749, 6)."""
    grant = fields.get("grant_type", "")
    if grant == BY_CODE:
        got = redeem_device_code(_needed(fields, "device_code"), client_id=fields["client_id"], by=ANONYMOUS)
    elif grant == "refresh_token":
        shown = _needed(fields, "refresh_token")
        got = refresh_token(shown, client_id=fields["client_id"], scopes=_scopes(fields), by=ANONYMOUS)
    elif not grant:
        raise Fault("invalid_request", "grant_type is missing.")
    else:
        raise Fault("unsupported_grant_type", f"The grant types are {BY_CODE} and refresh_token.")
    if not isinstance(got, Pair):
        raise Fault(got, SENTENCES[got])
    return {
        "access_token": got.access,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIVES.total_seconds()),
        "refresh_token": got.refresh,
        "scope": " ".join(got.row.scopes),
    }


SENTENCES = {
    Trouble.PENDING: "Nobody has answered yet. Ask again after the interval.",
    Trouble.SLOW_DOWN: "You ask too often. Wait five seconds longer from now on.",
    Trouble.REFUSED: "The person said no, or may not authorise programs at present.",
    Trouble.EXPIRED: "Nobody answered in time. Ask for a new code.",
    Trouble.INVALID: "This code or token is unknown, was used before, has ended, or belongs to another program.",
    Trouble.SCOPE: "The program was not authorised for this.",
}


@for_programs
def revoke(fields: Fields, request: HttpRequest) -> dict[str, Any]:
    """A program revokes its own authorisation; an unknown token is no fault (RFC 7009, 2.2)."""
    revoke_by_secret(_needed(fields, "token"), client_id=fields["client_id"], by=ANONYMOUS)
    return {}


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """What a program needs to know to be authorised (RFC 8414, 3.2)."""
    return JsonResponse(
        {
            "issuer": portal_address(),
            "device_authorization_endpoint": absolute(reverse("device_authorize")),
            "token_endpoint": absolute(reverse("oauth_token")),
            "revocation_endpoint": absolute(reverse("oauth_revoke")),
            "scopes_supported": list(PersonalToken.Scope.values),
            "response_types_supported": [],  # required, and there are none: a program comes by its code only
            "grant_types_supported": [BY_CODE, "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
            "service_documentation": absolute(reverse("api:openapi-json")),
        }
    )


def _fields(request: HttpRequest) -> Fields:
    """What was sent: a form, each name once (RFC 6749, 3.2), by a program that is known and has no secret."""
    if request.method != "POST":
        raise Fault("invalid_request", "Use POST.", status=405, Allow="POST")
    if request.content_type != FORM:
        raise Fault("invalid_request", f"Send a form, with the header Content-Type: {FORM}.")
    try:
        sent = request.POST
    except (RequestDataTooBig, SuspiciousOperation, UnreadablePostError):
        raise Fault("invalid_request", "The form is too long, or broke off.") from None
    fields = {name: values[0] for name, values in sent.lists() if len(values) == 1}
    if len(fields) < len(sent) or any(len(value) > LONGEST or "\x00" in value for value in fields.values()):
        raise Fault("invalid_request", "A name stands twice, or a value is too long.")
    if "Authorization" in request.headers:
        asks = {"WWW_Authenticate": 'Basic realm="Gatehouse"'}
        raise Fault("invalid_client", "Programs have no secret here.", status=401, **asks)
    if not fields.get("client_id"):
        raise Fault("invalid_request", "client_id is missing.")
    if fields["client_id"] not in settings.SCRIPT_PROGRAMS:
        raise Fault("invalid_client", "This program is not known here.", status=401)
    return fields


def _needed(fields: Fields, name: str) -> str:
    if not fields.get(name):
        raise Fault("invalid_request", f"{name} is missing.")
    return fields[name]


def _scopes(fields: Fields) -> list[str]:
    return fields.get("scope", "").split()


def _answer(body: dict[str, Any], *, status: int = 200, **headers: str) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"} | headers)

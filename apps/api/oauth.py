"""OAuth endpoints for devices and programs: RFC 8628, with RFC 6749, 7009 and 8414 where they apply.

Programs are public clients: they have a client id and no secret. Cookies are not used.
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
from apps.tokens.rules import DEVICE_SCOPES

DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
FORM = "application/x-www-form-urlencoded"
MAX_LENGTH = 500  # characters of a value; our secrets have 47
View = Callable[[HttpRequest], HttpResponse]
Fields = dict[str, str]


class OAuthError(Exception):
    """An error response (RFC 6749, 5.2): a code for the program and a sentence for the people who read its log."""

    def __init__(self, error: str, sentence: str, *, status: int = 400, **headers: str) -> None:
        super().__init__(error)
        self.body = {"error": error, "error_description": sentence}
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def oauth_endpoint(view: Callable[[Fields, HttpRequest], dict[str, Any]]) -> View:
    """An endpoint that takes a form and returns JSON that is not cached (RFC 6749, 5.1); errors are in English."""

    @csrf_exempt
    @sensitive_post_parameters()
    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        try:
            return _response(view(_fields(request), request))
        except OAuthError as error:
            return _response(error.body, status=error.status, **error.headers)

    return wrapper


@oauth_endpoint
def device_authorize(fields: Fields, request: HttpRequest) -> dict[str, Any]:
    """Create a device code and the code that a person types (RFC 8628, 3.1 and 3.2)."""
    scopes = _scopes(fields) or [PersonalToken.Scope.READ.value]
    try:
        code = request_device_code(
            fields["client_id"],
            scopes=scopes,
            asked_from=address_of(request),
            browser=browser_family(request),
            by=ANONYMOUS,
        )
    except Invalid:
        known = " ".join(DEVICE_SCOPES)
        raise OAuthError("invalid_scope", f"The scopes are: {known}.") from None
    except TooOften:
        raise OAuthError(
            "slow_down",
            "Too many device codes from your network are waiting for an answer. Try again in ten minutes.",
            status=429,
            Retry_After="600",
        ) from None
    except Unavailable:
        raise OAuthError(
            "temporarily_unavailable",
            "Too many device codes are waiting for an answer. Try again in ten minutes.",
            status=503,
            Retry_After="600",
        ) from None
    page = absolute(reverse("device"))
    return {
        "device_code": code.device_code,
        "user_code": code.user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?{urlencode({'user_code': code.user_code})}",
        "expires_in": int(CODE_LIVES.total_seconds()),
        "interval": code.row.interval,
    }


@oauth_endpoint
@sensitive_variables()
def token(fields: Fields, request: HttpRequest) -> dict[str, Any]:
    """Exchange a device code or refresh token for tokens (RFC 8628, 3.4; RFC 6749, 6)."""
    grant = fields.get("grant_type", "")
    if grant == DEVICE_CODE_GRANT:
        result = redeem_device_code(_required(fields, "device_code"), client_id=fields["client_id"], by=ANONYMOUS)
    elif grant == "refresh_token":
        secret = _required(fields, "refresh_token")
        result = refresh_token(secret, client_id=fields["client_id"], scopes=_scopes(fields), by=ANONYMOUS)
    elif not grant:
        raise OAuthError("invalid_request", "grant_type is missing.")
    else:
        raise OAuthError("unsupported_grant_type", f"The grant types are {DEVICE_CODE_GRANT} and refresh_token.")
    if not isinstance(result, Pair):
        raise OAuthError(result, SENTENCES[result])
    return {
        "access_token": result.access,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIVES.total_seconds()),
        "refresh_token": result.refresh,
        "scope": " ".join(result.row.scopes),
    }


SENTENCES = {
    Trouble.PENDING: "The person has not answered yet. Try again after the interval.",
    Trouble.SLOW_DOWN: "Too many calls. Add five seconds to the interval.",
    Trouble.REFUSED: "The person refused, or is not allowed to authorise programs now.",
    Trouble.EXPIRED: "The code has expired. Request a new code.",
    Trouble.INVALID: "This code or token is unknown, was used before, has ended, or belongs to another program.",
    Trouble.SCOPE: "The program is not authorised for these scopes.",
}


@oauth_endpoint
def revoke(fields: Fields, request: HttpRequest) -> dict[str, Any]:
    """Revoke a token; an unknown token is not an error (RFC 7009, 2.2)."""
    revoke_by_secret(_required(fields, "token"), client_id=fields["client_id"], by=ANONYMOUS)
    return {}


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """The metadata of the authorisation server (RFC 8414, 3.2)."""
    return JsonResponse(
        {
            "issuer": portal_address(),
            "device_authorization_endpoint": absolute(reverse("device_authorize")),
            "token_endpoint": absolute(reverse("oauth_token")),
            "revocation_endpoint": absolute(reverse("oauth_revoke")),
            "scopes_supported": list(DEVICE_SCOPES),
            "response_types_supported": [],  # required by RFC 8414; the device grant has none
            "grant_types_supported": [DEVICE_CODE_GRANT, "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
            "service_documentation": absolute(reverse("api:openapi-json")),
        }
    )


def _fields(request: HttpRequest) -> Fields:
    """The parameters of the form, each once (RFC 6749, 3.2), from a known client without a secret."""
    if request.method != "POST":
        raise OAuthError("invalid_request", "Use POST.", status=405, Allow="POST")
    if request.content_type != FORM:
        raise OAuthError("invalid_request", f"Send a form, with the header Content-Type: {FORM}.")
    try:
        sent = request.POST
    except (RequestDataTooBig, SuspiciousOperation, UnreadablePostError):
        raise OAuthError("invalid_request", "The form is too long or incomplete.") from None
    fields = {name: values[0] for name, values in sent.lists() if len(values) == 1}
    if len(fields) < len(sent) or any(len(value) > MAX_LENGTH or "\x00" in value for value in fields.values()):
        raise OAuthError("invalid_request", "A parameter occurs twice, or a value is too long.")
    if "Authorization" in request.headers:
        challenge = {"WWW_Authenticate": 'Basic realm="Gatehouse"'}
        raise OAuthError("invalid_client", "Do not send a client secret: programs have none.", status=401, **challenge)
    if not fields.get("client_id"):
        raise OAuthError("invalid_request", "client_id is missing.")
    if fields["client_id"] not in settings.SCRIPT_PROGRAMS:
        raise OAuthError("invalid_client", "This client_id is unknown.", status=401)
    return fields


def _required(fields: Fields, name: str) -> str:
    if not fields.get(name):
        raise OAuthError("invalid_request", f"{name} is missing.")
    return fields[name]


def _scopes(fields: Fields) -> list[str]:
    return fields.get("scope", "").split()


def _response(body: dict[str, Any], *, status: int = 200, **headers: str) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"} | headers)

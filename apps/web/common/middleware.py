"""What every request passes: who asks by token, refusals turned into pages, reading that cannot write."""

import codecs
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from apps.core import causes, correlation
from apps.core.errors import Denied, DomainError, Invalid, OnlyForms, Unavailable, UnknownCharset
from apps.core.storage import StorageUnavailable
from apps.identity.commands.sign_ins import record_refusal
from apps.people.models import Person
from apps.tokens.commands.tokens import SEEN_EVERY, record_token_use
from apps.tokens.queries import token_for
from apps.web.common import uploads
from apps.web.common.actor import PageRequest
from apps.web.common.errors import error_response, wants_json

log = logging.getLogger(__name__)
Next = Callable[[PageRequest], HttpResponse]
SAFE = {"GET", "HEAD", "OPTIONS"}


class BearerTokens:
    """`Authorization: Bearer` on API addresses: the token's person asks, and no session does."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        correlation.begin()
        request.token = None  # type: ignore[attr-defined]
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and request.path_info.startswith("/api/"):
            token = token_for(secret.strip())
            request.token = token  # type: ignore[attr-defined]
            if token is not None:
                token.person.second_factor = token.second_factor
                _act(token)
        answer = self.get_response(request)
        answer["X-Request-Reference"] = correlation.current()
        if getattr(request, "actor", None) is not None and request.actor.is_authenticated:
            answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer


class ErrorResponses:
    """Every refusal becomes a page with its sentence, or problem+json, with the right status; once, here."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        if uploads.announces_too_much(request):  # refused before anything reads it
            return error_response(request, uploads.too_large())
        if not _is_utf_8(request):
            return error_response(
                request,
                UnknownCharset(_("The form or call was sent in an encoding other than UTF-8. Send it in UTF-8.")),
            )
        answer = self.get_response(request)
        if isinstance(getattr(answer, "refusal", None), Denied):
            _write_down(request)
        if request.method == "OPTIONS" and answer.status_code == 405:
            return HttpResponse(status=204, headers={"Allow": _with_options(answer.headers.get("Allow", ""))})
        if answer.status_code == 405 and not answer.content and request.method == "GET" and not wants_json(request):
            return _only_forms(request, allowed=answer.headers.get("Allow", ""))
        return answer

    def process_exception(self, request: PageRequest, fault: Exception) -> HttpResponse | None:
        if isinstance(fault, DomainError):
            return error_response(request, fault)
        if isinstance(fault, OperationalError | InterfaceError | StorageUnavailable):
            what = "the storage" if isinstance(fault, StorageUnavailable) else "the database"
            log.error("%s: %s", what, causes.for_log(causes.cause_of(fault)))
        if isinstance(fault, OperationalError | InterfaceError):
            return error_response(request, Unavailable(_("The database is not responding. Try again shortly.")))
        if isinstance(fault, StorageUnavailable):
            return error_response(request, Unavailable(_("The file storage is not responding. Try again shortly.")))
        if isinstance(fault, DataError):
            return error_response(
                request, Invalid(_("What you sent is too long or contains characters that cannot be stored."))
            )
        return None


class ReadOnlyReads:
    """GET and HEAD run in a read-only transaction: a page that tries to write fails in every test.

    It is committed: there is nothing to undo.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        if request.method not in SAFE or _writes(request.path_info):
            return self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            _known = request.actor.is_authenticated  # a session that has ended is cleared now: later nothing may write
        inside = connection.in_atomic_block  # of a test, which goes on writing afterwards
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            answer = self.get_response(request)
            if inside:
                transaction.set_rollback(True)
        return answer


def _only_forms(request: PageRequest, *, allowed: str) -> HttpResponse:
    """A page instead of an empty window."""
    refusal = OnlyForms(
        _("This address only accepts submitted forms. Open the page with the form and submit it from there.")
    )
    refusal.headers = {"Allow": allowed}
    return error_response(request, refusal)


def _is_utf_8(request: PageRequest) -> bool:
    """Whether a body is in UTF-8, or does not say; whatever is read of the request afterwards is read as UTF-8."""
    name = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
    request.encoding = "utf-8"
    try:
        return request.method in SAFE or codecs.lookup(name).name in {"utf-8", "ascii"}
    except LookupError:
        return False


def _with_options(allowed: str) -> str:
    """The methods of an address (RFC 9110, 9.3.7): those it named, and OPTIONS itself."""
    return ", ".join(sorted({*(name.strip() for name in allowed.split(",") if name.strip()), "OPTIONS"}))


def _act(token: Any) -> None:
    """Every event of this call says by which token, and for which service account, it was asked for."""
    service = {"service_account": str(token.service_id)} if token.service_id else {}
    correlation.act_through(token=str(token.pk), **service)
    if token.last_used_at is None or token.last_used_at < token.asked_at - SEEN_EVERY:
        record_token_use(token, by=token.person)


def _write_down(request: PageRequest) -> None:
    """Who was turned away, and where; after the request's own transaction, which a refusal rolls back."""
    token = getattr(request, "token", None)
    person = token.person if token is not None else request.actor
    if isinstance(person, Person):
        match = request.resolver_match
        record_refusal(person, where=match.url_name or "" if match is not None else "", by=person)


def _writes(path: str) -> bool:
    try:
        return getattr(resolve(path).func, "writes_on_get", False)
    except Resolver404:
        return True  # the 404 page needs no transaction

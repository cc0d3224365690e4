"""The REST API, version 1: the same sets and commands as the pages, for programs. Read docs/api.md."""

from collections.abc import Sequence
from typing import Any, NoReturn

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from apps.api.errors import Malformed, Unusable
from apps.api.v1 import access, files, publishing, requests
from apps.api.validation import SentBody
from apps.core.errors import NotFound

# What pydantic calls the commonest faults, in our words.
SENTENCES = {
    "missing": gettext_lazy("This field is required."),
    "extra_forbidden": gettext_lazy("This field is not known."),
    "string_too_long": gettext_lazy("This is too long."),
    "string_too_short": gettext_lazy("This is too short."),
    "string_type": gettext_lazy("This must be text."),
    "int_parsing": gettext_lazy("This must be a whole number."),
    "int_type": gettext_lazy("This must be a whole number."),
    "less_than_equal": gettext_lazy("This is too large."),
    "greater_than_equal": gettext_lazy("This is too small."),
    "literal_error": gettext_lazy("This is not one of the allowed values."),
    "too_short": gettext_lazy("Enter at least one value."),
    "too_long": gettext_lazy("There are too many values."),
    "day": gettext_lazy("Enter the date in the format 2026-09-01."),
    "moment": gettext_lazy("Enter the date and time with the time zone, for example 2026-09-01T12:00:00Z."),
}

api = NinjaAPI(
    title="Gatehouse",
    version="1",
    description=(
        "Find datasets, request access, and download what you were granted.\n\n"
        "Calls carry a personal token (`Authorization: Bearer gh_...`) with the scope that each operation names; "
        "cookies are ignored. Open and listed data can be read without a token. Refusals are problem+json (RFC 9457) "
        "with a sentence for a person and, for input, `errors` by field. A POST may carry `Idempotency-Key`."
    ),
    urls_namespace="api",
    docs_url=None,
    parser=SentBody(),
)
for each in (publishing, requests, access, files):  # publishing brings the catalogue along
    api.add_router("", each.router)


def _say(_request: HttpRequest, fault: Any) -> NoReturn:
    """Every fault goes on to the middleware, which answers refusals and faults alike, once for pages and programs."""
    raise fault


def _unusable(_request: HttpRequest, fault: Any) -> NoReturn:
    raise Unusable({_field(error["loc"]): _sentence(error) for error in fault.errors})


def _unknown(_request: HttpRequest, _fault: Any) -> NoReturn:
    raise NotFound(_("There is nothing at this address."))


def _unreadable(_request: HttpRequest, _fault: Any) -> NoReturn:
    raise Malformed(_("This API call could not be read."))


def _field(loc: Sequence[str | int]) -> str:
    """`("body", "body", "members", 0)` is `members.0` for whoever sent it."""
    inside = loc[2:] if loc[0] == "body" else loc[1:]
    return ".".join(str(part) for part in inside) or str(loc[0])


def _sentence(error: dict[str, Any]) -> str:
    known = SENTENCES.get(error["type"])
    return str(known) if known else str(error["msg"])


api.add_exception_handler(Exception, _say)
api.add_exception_handler(ValidationError, _unusable)
api.add_exception_handler(Http404, _unknown)
api.add_exception_handler(HttpError, _unreadable)

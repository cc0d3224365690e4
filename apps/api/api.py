"""The REST API, version 1, with the same queries and commands as the pages. Described in docs/api.md."""

from collections.abc import Sequence
from typing import Any, NoReturn

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from apps.api.errors import InvalidFields, Malformed
from apps.api.v1 import (
    access,
    appeals,
    approval_rules,
    committees,
    declarations,
    deputies,
    documents,
    files,
    invitations,
    messages,
    publishing,
    requests,
    review_acts,
    review_messages,
    reviews,
    submissions,
    votes,
)
from apps.api.validation import ParsedBody
from apps.core.errors import NotFound

# Sentences for the most common error types of pydantic.
SENTENCES = {
    "missing": gettext_lazy("This field is required."),
    "extra_forbidden": gettext_lazy("This field is unknown."),
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
        "Find datasets, request access, review requests, and download the data you have access to.\n\n"
        "Calls carry an access token (`Authorization: Bearer gh_...`) with the scope that each operation names; "
        "cookies are ignored. Public data can be read without a token. Errors are problem+json (RFC 9457) "
        "with a sentence for a person and, for input, `errors` by field. A POST may carry `Idempotency-Key`."
    ),
    urls_namespace="api",
    docs_url=None,
    parser=ParsedBody(),
)
ROUTERS = (
    publishing, committees, submissions, requests, documents, appeals, messages, reviews, review_messages, declarations,
    votes, review_acts, approval_rules, deputies, access, files, invitations,
)  # fmt: skip
for each in ROUTERS:  # publishing includes the router of v1/datasets.py
    api.add_router("", each.router)


def _raise(_request: HttpRequest, error: Any) -> NoReturn:
    """Leave every other error to the middleware, which handles errors for pages and programs."""
    raise error


def _invalid(_request: HttpRequest, error: Any) -> NoReturn:
    raise InvalidFields({_field(each["loc"]): _sentence(each) for each in error.errors})


def _not_found(_request: HttpRequest, _error: Any) -> NoReturn:
    raise NotFound(_("There is nothing at this address."))


def _malformed(_request: HttpRequest, _error: Any) -> NoReturn:
    raise Malformed(_("This API call could not be read."))


def _field(loc: Sequence[str | int]) -> str:
    """The name of a field for the caller: `members.0` for `("body", "body", "members", 0)`."""
    parts = loc[2:] if loc[0] == "body" else loc[1:]
    return ".".join(str(part) for part in parts) or str(loc[0])


def _sentence(error: dict[str, Any]) -> str:
    known = SENTENCES.get(error["type"])
    return str(known) if known else str(error["msg"])


api.add_exception_handler(Exception, _raise)
api.add_exception_handler(ValidationError, _invalid)
api.add_exception_handler(Http404, _not_found)
api.add_exception_handler(HttpError, _malformed)

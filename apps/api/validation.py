"""Checks of every API call before its operation: method, size, content type, and a body with one meaning."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja.parser import Parser

from apps.api import strict_json
from apps.api.errors import Malformed, NotAllowed, NotJson, TooLarge

View = Callable[..., HttpResponseBase]
JSON_TYPES = {"application/json", "application/merge-patch+json"}


def check_call(view: View, *, takes_file: bool = False) -> View:
    """Refuse calls that are malformed or ambiguous. HEAD is answered like GET; the server leaves out the body.

    With `takes_file` a POST carries a file instead of JSON: `uploads.check_form` reads it, after the token was checked.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        strict_json.check_text(request.path_info)
        for values in request.GET.lists():
            _check_values(*values)
        if request.method == "HEAD":
            request.method = "GET"
        with_file = takes_file and request.method == "POST"
        request.json_body = None if with_file else _body(request)  # type: ignore[attr-defined]
        answer = view(request, *args, **kwargs)
        if answer.status_code == 405:
            raise NotAllowed(_("This address does not support that method."), methods=_methods(answer))
        if getattr(request, "token", None) is not None:
            answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer

    return checked


class ParsedBody(Parser):
    """Gives an operation the body that `check_call` has parsed."""

    def parse_body(self, request: HttpRequest) -> Any:
        return request.json_body  # type: ignore[attr-defined]


def get_only(view: View) -> View:
    """Restrict a view of django-ninja that only reads to GET."""

    @wraps(view, assigned=(), updated=())
    def restricted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "GET":
            return HttpResponse(status=405, headers={"Allow": "GET"})
        return view(request, *args, **kwargs)

    return restricted


def _body(request: HttpRequest) -> Any:
    """The parsed JSON body; None if there is none. Another content type is refused without reading the body."""
    if request.method in {"GET", "OPTIONS"}:
        return None
    try:
        body = request.body
    except RequestDataTooBig:
        raise TooLarge(_("The body is larger than an API call allows.")) from None
    except UnreadablePostError:
        raise Malformed(_("The body is incomplete.")) from None
    if not body:
        return None
    if request.content_type not in JSON_TYPES:
        raise NotJson(_("Send JSON with the header “Content-Type: application/json”."))
    return strict_json.parsed(body)


def _check_values(name: str, values: list[str]) -> None:
    """Each query parameter occurs once, and its text can be stored."""
    if len(values) > 1:
        raise Malformed(_("A parameter occurs twice in the address."))
    for text in (name, *values):
        strict_json.check_text(text)


def _methods(answer: HttpResponseBase) -> set[str]:
    methods = {name.strip() for name in answer.headers.get("Allow", "").split(",") if name.strip()}
    return methods | ({"HEAD"} if "GET" in methods else set())

"""What every call passes before it reaches its operation: method, size, media type, and a body with one meaning."""

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


def checked(view: View) -> View:
    """Refuse what cannot be meant, and answer HEAD wherever GET is answered (the server leaves the body out)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        strict_json.check_text(request.path_info)
        for values in request.GET.lists():
            _check_values(*values)
        if request.method == "HEAD":
            request.method = "GET"
        request.sent = _sent(request)  # type: ignore[attr-defined]
        answer = view(request, *args, **kwargs)
        if answer.status_code == 405:
            raise NotAllowed(_("This address does not support that method."), methods=_methods(answer))
        if getattr(request, "token", None) is not None:
            answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer

    return guarded


class SentBody(Parser):
    """Gives an operation the body that `checked` has read already."""

    def parse_body(self, request: HttpRequest) -> Any:
        return request.sent  # type: ignore[attr-defined]


def reading(view: View) -> View:
    """A view of ninja's own that only reads."""

    @wraps(view, assigned=(), updated=())
    def only_get(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "GET":
            return HttpResponse(status=405, headers={"Allow": "GET"})
        return view(request, *args, **kwargs)

    return only_get


def _sent(request: HttpRequest) -> Any:
    """The body as JSON; None if there is none. A body in disguise (text/plain, a form) is refused unread."""
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
    """A parameter that stands twice has no one meaning."""
    if len(values) > 1:
        raise Malformed(_("A parameter occurs twice in the address."))
    for text in (name, *values):
        strict_json.check_text(text)


def _methods(answer: HttpResponseBase) -> set[str]:
    methods = {name.strip() for name in answer.headers.get("Allow", "").split(",") if name.strip()}
    return methods | ({"HEAD"} if "GET" in methods else set())

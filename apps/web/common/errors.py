"""How a refusal looks: a page for people, problem+json (RFC 9457) for programs."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from apps.core import correlation
from apps.core.errors import DomainError, Invalid, UploadTooLarge
from apps.web.common.site import plain_nav, site

PAGES = {400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 503}


def problem(refusal: DomainError) -> dict[str, Any]:
    """The refusal as a problem document: type, title, status, detail, and the fields with their sentences."""
    body: dict[str, Any] = {
        "type": f"about:blank#{refusal.code}",
        "title": str(refusal.title),
        "status": refusal.status,
        "detail": str(refusal.sentence),
        "reference": correlation.current(),
    }
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    if isinstance(refusal, UploadTooLarge) and refusal.field:
        fields = {refusal.field: refusal.sentence}
    if fields:
        body["errors"] = [{"field": name, "detail": str(says)} for name, says in fields.items()]
    return body


def wants_json(request: HttpRequest) -> bool:
    return request.path_info.startswith(("/api/", "/oauth/", "/.well-known/")) or request.headers.get(
        "Accept", ""
    ).startswith("application/")


def error_response(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """One refusal, in the form the asker understands."""
    answer: HttpResponse
    if wants_json(request):
        answer = JsonResponse(problem(refusal), status=refusal.status, content_type="application/problem+json")
    else:
        answer = _page(request, refusal)
    if refusal.status == 503:
        answer["Retry-After"] = str(getattr(refusal, "retry_after", 10))
    for name, value in refusal.headers.items():
        answer[name] = value
    answer["Cache-Control"] = "no-store"
    answer.refusal = refusal  # type: ignore[attr-defined]  # the middleware writes some of them down
    return answer


def _page(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    page = f"errors/{refusal.status}.html" if refusal.status in PAGES else "errors/400.html"
    # The page for a database that does not answer must not ask it who is reading.
    asker = None if refusal.status == 503 else request
    context = (site() | {"nav": plain_nav(request)} if asker is None else {}) | {
        "title": refusal.title,
        "sentence": refusal.sentence,
        "reference": correlation.current(),
        "retry_after": getattr(refusal, "retry_after", None),
    }
    return render(asker, page, context, status=refusal.status)

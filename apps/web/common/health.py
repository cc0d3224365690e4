"""Is the portal up, and can it do its work? The same answers come from the probe listener (portal/probes.py)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from apps.core.errors import Unavailable
from apps.web.common import readiness
from apps.web.common.decorators import writes


@writes  # needs no transaction
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@writes  # needs no transaction
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether the process can serve people, and which dependencies fail or are away."""
    status, document = readiness.answer()
    answer = JsonResponse(document, status=status)
    answer["Cache-Control"] = "no-store"
    if status == 503:
        answer["Retry-After"] = str(Unavailable.retry_after)
    return answer

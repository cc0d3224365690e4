"""The request is locked first, then its items: one order everywhere."""

from apps.access_requests.models import AccessRequest, Round
from apps.core import clock


def _close_round(request: AccessRequest) -> Round:
    current = Round.objects.select_for_update().get(request=request, closed_at__isnull=True)
    current.closed_at = clock.now()
    current.save(update_fields=["closed_at"])
    return current


def _lock(request: AccessRequest) -> AccessRequest:
    return AccessRequest.objects.select_for_update().get(pk=request.pk)

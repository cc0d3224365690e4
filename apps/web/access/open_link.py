"""Where bytes leave: the link is checked, the event is written, and only then somebody else sends the file."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.core.actors import actor_of
from apps.downloads import commands
from apps.downloads.ranges import asked_of
from apps.identity.oidc.client_info import network_of
from apps.web.common.actor import PageRequest
from apps.web.common.decorators import writes


@writes
@require_safe
def link_open(request: PageRequest, token: str, name: str) -> HttpResponse:
    """Opens the link for GET and HEAD, checked again for each Range. `name` is only for programs that name files by
    address.
    """
    by = actor_of(request.actor)
    asked, asked_from = asked_of(request.method or "", request.headers), network_of(request)
    delivery = commands.open_link(token, by=by, asked=asked, network=asked_from)
    return HttpResponse(status=delivery.status, content_type=delivery.media_type, headers=delivery.headers)

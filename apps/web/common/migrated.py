"""New code on an old database: one page that says so (503), instead of a fault on each page (500)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.core import correlation, schema
from apps.core.errors import Unavailable
from apps.web.common.errors import error_response

PROBES = {"/healthz", "/readyz"}  # these answer for themselves


class RequireMigrations:
    """Asks the database once a process, and again after a page failed because a table or column is missing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in PROBES:
            return self.get_response(request)
        if not schema.is_current():
            return not_migrated(request)
        answer = self.get_response(request)
        if getattr(answer, "lacks_object", False):  # set by handlers.server_error, inside the failed transaction
            schema.forget()
            if not schema.is_current():
                return not_migrated(request)
        return answer


def not_migrated(request: HttpRequest) -> HttpResponse:
    """The page or problem document while an upgrade has not reached the database."""
    correlation.begin()
    return error_response(
        request, Unavailable(_("Gatehouse is being upgraded. Try again in a few minutes."), code="not-migrated")
    )

"""The reader's time zone: that of their account, else what their browser says, else UTC. The API speaks UTC."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import format_lazy

from apps.core import zones
from apps.people.models import Person


class ReaderTimeZone:
    """Every time on a page is in the reader's time zone, and so is every time that a form reads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            return self.get_response(request)
        with timezone.override(zones.zone(_of_person(request), of_browser(request))):
            return self.get_response(request)


def _of_person(request: HttpRequest) -> str:
    """What the account says; nobody is looked up who sent no session."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    actor = getattr(request, "actor", None)
    return actor.time_zone if isinstance(actor, Person) else ""


def of_browser(request: HttpRequest) -> str:
    """The time zone that the browser says, if it is one; empty without script."""
    name = request.COOKIES.get(zones.COOKIE, "")
    return name if zones.is_known(name) else ""


_current_zone = lazy(timezone.get_current_timezone_name, str)


def with_zone(label: Any) -> Any:
    """The label of a date and time with the time zone in which it is read: "Embargo until (Europe/Copenhagen)"."""
    return format_lazy("{} ({})", label, _current_zone())

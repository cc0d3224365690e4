"""A session counts as long as its row says so: idle or long ones, ended ones and those of closed accounts do not."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.accounts.commands import note_session_use
from apps.accounts.queries import session_of_key
from apps.core.errors import Unavailable
from apps.web.answers import refusal_answer


class StandingSessions:
    """Asked right after who it is: one look-up, before any page and outside its read-only transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.person_session = None  # type: ignore[attr-defined]
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            try:
                _check(request)
            except (OperationalError, InterfaceError):
                sentence = _("The database does not answer. Please try again shortly.")
                return refusal_answer(request, Unavailable(sentence))
        return self.get_response(request)


def _check(request: HttpRequest) -> None:
    """Whoever has no living session is a visitor from here on; pages that need a person send them to sign in."""
    if SESSION_KEY not in request.session:
        return
    person = request.user
    found = session_of_key(request.session.session_key or "") if person.is_authenticated else None
    if not person.is_authenticated or found is None or found.person_id != person.pk:
        request.session.flush()
        request.user = AnonymousUser()
        return
    note_session_use(found, by=person)
    request.person_session = found  # type: ignore[attr-defined]

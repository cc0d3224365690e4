"""A session counts as long as its row says so: idle or long ones, ended ones and those of closed accounts do not."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from apps.core.errors import Unavailable
from apps.identity.commands.sessions import record_session_use
from apps.identity.models.sessions import SEEN_EVERY
from apps.identity.queries import session_of_key
from apps.people.models import Person
from apps.web.common.errors import error_response
from apps.web.common.polling import is_poll


class PersonSessions:
    """Asked right after who it is: one look-up, before any page and outside its read-only transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.person_session = None  # type: ignore[attr-defined]
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            try:
                _check(request)
            except (OperationalError, InterfaceError, InternalError):  # the last: a standby that only reads
                sentence = _("The database is not responding. Try again shortly.")
                return error_response(request, Unavailable(sentence))
        request.actor = request.user  # type: ignore[attr-defined]  # the one place that says who acts
        return self.get_response(request)


def _check(request: HttpRequest) -> None:
    """Whoever has no living session is a visitor from here on; pages that need a person send them to sign in.

    The person comes with the session, in the same statement, so that nobody asks the database for them again.
    """
    if SESSION_KEY not in request.session:
        return
    found = session_of_key(request.session.session_key or "")
    if found is None or not _stands(request, found.person):
        request.was = request.session[SESSION_KEY]  # type: ignore[attr-defined]  # what they typed waits for them
        request.session.flush()
        request.user = AnonymousUser()
        return
    found.person.second_factor = found.second_factor
    request.user = found.person
    request.person_session = found  # type: ignore[attr-defined]
    # A page left open that polls is nobody's use of it, and keeps no session alive.
    if found.seen_at < found.asked_at - SEEN_EVERY and not is_poll(request):
        record_session_use(found, by=found.person)


def _stands(request: HttpRequest, person: Person) -> bool:
    """It is this person's session, their account is active, and nothing has made all their sessions void since."""
    if str(person.pk) != request.session[SESSION_KEY] or not person.is_active:
        return False
    if person.is_break_glass and not settings.BREAK_GLASS:  # switched off again: out at the next click
        return False
    kept = request.session.get(HASH_SESSION_KEY, "")
    good = [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]
    return any(constant_time_compare(kept, one) for one in good)

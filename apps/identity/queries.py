"""Sets of sessions, and what providers said of their end."""

from datetime import datetime

from django.db.models import (
    Q,
    QuerySet,
)

from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.core.db import Prepared
from apps.identity.models import LogoutToken, PersonSession
from apps.people.models import Provider
from apps.tokens.queries import digest


def _living(key_digest: str) -> QuerySet[PersonSession]:
    living = PersonSession.objects.alive().asked().select_related("person__institution", "provider")
    return living.filter(key_digest=key_digest)


_living_of = Prepared(_living, str)


def session_of_key(key: str) -> PersonSession | None:
    """The living session under this key, with its person, by one indexed look-up of its digest; None if there is none.

    `asked_at` is the moment of the question, so that nobody needs to ask for the time as well.
    """
    found: PersonSession | None = _living_of.first(digest(key))
    return found


def sessions_of(person: Viewer) -> QuerySet[PersonSession]:
    """Where this person is signed in now, last used first."""
    return PersonSession.objects.alive().filter(person_id=roles.person_id(person)).order_by("-seen_at", "pk")


def all_sessions_of(person: Viewer) -> QuerySet[PersonSession]:
    """The same with those that have ended."""
    return PersonSession.objects.filter(person_id=roles.person_id(person))


def signed_out_since(
    provider: Provider, *, subject: str, sid: str, asked_at: datetime | None, issued_at: datetime | None
) -> bool:
    """Whether the provider has said that they signed out: heard after they set out, and said after it issued the ID
    token.
    """
    now = clock.now()
    words = LogoutToken.objects.filter(provider=provider, issued_at__gte=issued_at or now, at__gte=asked_at or now)
    about = Q(sid=sid, subject__in=["", subject]) if sid else Q(subject=subject)
    return words.filter(about | Q(subject=subject, sid="")).exists()

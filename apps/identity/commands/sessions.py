"""Verbs about sessions: begun by a sign-in, kept alive by use, ended by the person, their provider or an operator."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.core.db import lock_for_share
from apps.identity.models import LogoutToken, PersonSession
from apps.identity.models.sessions import SEEN_EVERY
from apps.identity.queries import signed_out_since
from apps.identity.rules import check_not_left, check_own_session, check_still_theirs
from apps.people.models import Identity, Person, Provider
from apps.people.rules import check_active, check_named, check_person, check_same
from apps.people.sign_in import SignIn
from apps.tokens.queries import digest


@transaction.atomic
def record_role_claims(session: PersonSession, *, gives: bool, by: Actor) -> None:
    """The provider of this session has just said which roles its person has; one that gives none is asked no more."""
    check_named(by, SYSTEM)
    notified_at = clock.now() if gives else None
    PersonSession.objects.filter(pk=session.pk, ended_at__isnull=True).update(roles_confirmed_at=notified_at)


KEPT_FOR = timedelta(days=30)

Ended = PersonSession.Ended


@transaction.atomic
def begin_session(
    person: Person,
    *,
    key: str,
    sign_in: SignIn,
    provider: Provider | None = None,
    subject: str = "",
    sid: str = "",
    asked_at: datetime | None = None,
    issued_at: datetime | None = None,
    browser: str = "",
    ends_at: datetime | None = None,
    by: Actor,
) -> PersonSession:
    """The person is signed in under this key from now on; whatever their provider had put on hold goes on.

    Not when the account was closed, the identity split off, or the person signed out at home while they were on their
    way: they set out at `asked_at`, the provider issued its ID token at `issued_at` (by its own clock). Locks provider,
    person, sessions, in this order, as every command does that takes several of them. `ends_at` is for sessions that
    last less long than others.
    """
    by = check_person(by)
    if provider is not None:
        lock_for_share(Provider, provider.pk)
    check_active(Person.objects.select_for_update().get(pk=person.pk))
    if provider is not None:
        check_still_theirs(person, provider, subject=subject)
        left = signed_out_since(provider, subject=subject, sid=sid, asked_at=asked_at, issued_at=issued_at)
        check_not_left(left)
    now = clock.now()
    Person.objects.filter(pk=person.pk, signed_out_at__isnull=False).update(signed_out_at=None)
    return PersonSession.objects.create(
        person=person, provider=provider, subject=subject, sid=sid, key_digest=digest(key), started_at=now,
        seen_at=now, auth_time=sign_in.auth_time, acr=sign_in.acr, amr=list(sign_in.amr), browser=browser,
        second_factor=sign_in.second_factor, ends_at=ends_at,
    )  # fmt: skip


@transaction.atomic
def rekey_session(old_key: str, *, key: str, by: Actor) -> None:
    """The same session under a new key; the old one opens nothing any more."""
    by = check_person(by)
    open_ones = PersonSession.objects.filter(ended_at__isnull=True, person=by)
    open_ones.filter(key_digest=digest(old_key)).update(key_digest=digest(key))


@transaction.atomic
def record_session_use(session: PersonSession, *, by: Actor) -> None:
    """Remember that the session was used; one that was used within the last minute stays as it is."""
    by = check_person(by)
    now = clock.now()
    due = PersonSession.objects.filter(pk=session.pk, ended_at__isnull=True, seen_at__lt=now - SEEN_EVERY)
    due.update(seen_at=now)


@transaction.atomic
def end_session_of_key(key: str, *, because: str, by: Actor) -> None:
    """The session of this key is over: signed out, or replaced by a new sign-in."""
    by = check_person(by)
    _end(PersonSession.objects.filter(key_digest=digest(key), person=by), because=because)


@transaction.atomic
def end_session(session: PersonSession, *, by: Actor) -> None:
    """The person ends one of their sessions; whoever sits there is signed out at the next request."""
    by = check_person(by)
    check_own_session(by, session)
    if _end(PersonSession.objects.filter(pk=session.pk), because=Ended.BY_PERSON):
        record(Kind.SESSION_ENDED, actor=by, subject=session, why=Ended.BY_PERSON)


@transaction.atomic
def end_all_sessions(person: Person, *, by: Actor) -> int:
    """The person ends all their sessions, the one they ask from included."""
    by = check_person(by)
    check_same(by, person)
    ended = _end(PersonSession.objects.filter(person=person), because=Ended.BY_PERSON)
    for one in ended:
        record(Kind.SESSION_ENDED, actor=by, subject=one, why=Ended.BY_PERSON)
    return len(ended)


@transaction.atomic
def provider_logged_out(
    provider: Provider, *, jti: str, subject: str, sid: str, issued_at: datetime, by: Actor
) -> bool:
    """The provider says that somebody signed out there: their sessions from there end. False if it was said before.

    Where no other session is left, tokens and links wait as well, until the person signs in again. A sign-in that is
    under way finds the word and does not count.
    """
    check_named(by, SYSTEM)
    Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    who = {"subject": subject, "sid": sid, "issued_at": issued_at, "at": clock.now()}
    _word, fresh = LogoutToken.objects.get_or_create(provider=provider, jti=jti, defaults=who)
    if not fresh:
        return False
    meant = PersonSession.objects.filter(provider=provider, ended_at__isnull=True).filter(_spoken_of(subject, sid))
    people = set(meant.values_list("person_id", flat=True))
    if not sid:
        known = Identity.objects.filter(issuer=provider.issuer, subject=subject)
        people |= set(known.values_list("person_id", flat=True))
    here = list(Person.objects.select_for_update().filter(pk__in=people).order_by("pk"))
    for one in _end(meant, because=Ended.PROVIDER):
        record(Kind.SESSION_ENDED, actor=by, subject=one, about=[one.person_id], why=Ended.PROVIDER)
    _hold(here, by=by)
    return True


def _spoken_of(subject: str, sid: str) -> Q:
    """The sessions a word is about; with both, also those of the subject that never learned their sid."""
    if not sid:
        return Q(subject=subject)
    return Q(sid=sid, subject=subject) | Q(sid="", subject=subject) if subject else Q(sid=sid)


@transaction.atomic
def forget_sessions(*, by: Actor) -> None:
    """Drop what nobody needs any more: sessions a month after they began, logout words after a day."""
    check_named(by, SYSTEM)
    PersonSession.objects.filter(started_at__lt=clock.now() - KEPT_FOR).delete()
    LogoutToken.objects.filter(at__lt=clock.now() - timedelta(days=1)).delete()


def _hold(people: Iterable[Person], *, by: Actor) -> None:
    """Those of them who are signed in nowhere else are away from now on; their rows are locked already."""
    for person in people:
        if person.signed_out_at is None and not PersonSession.objects.alive().filter(person=person).exists():
            Person.objects.filter(pk=person.pk).update(signed_out_at=clock.now())
            record(Kind.PERSON_SIGNED_OUT_BY_PROVIDER, actor=by, subject=person)


@transaction.atomic
def end_sessions_of(person: Person, *, by: Actor) -> None:
    """Every session of an account that is closed or split ends; inside that command's own transaction."""
    check_named(by, SYSTEM)
    _end(PersonSession.objects.filter(person=person), because=Ended.DEACTIVATED)


@transaction.atomic
def end_sessions_from(provider: Provider, *, by: Actor) -> None:
    """Every session started through a provider that is no longer trusted ends."""
    check_named(by, SYSTEM)
    _end(PersonSession.objects.filter(provider=provider), because=Ended.PROVIDER)


def _end(sessions: QuerySet[PersonSession], *, because: str) -> list[PersonSession]:
    """End those that are open; returns them."""
    still_open = list(sessions.filter(ended_at__isnull=True).select_for_update().order_by("pk"))
    PersonSession.objects.filter(pk__in=[one.pk for one in still_open]).update(
        ended_at=clock.now(), ended_because=because
    )
    return still_open

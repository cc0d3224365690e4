"""Signing in, signing out at home and closing an account in one moment, against a real PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import ANONYMOUS, SYSTEM
from apps.core.errors import DomainError
from apps.core.idempotency import reserve_key
from apps.downloads import commands as downloads
from apps.identity.commands.identities import deactivate
from apps.identity.commands.sessions import begin_session, end_all_sessions, provider_logged_out
from apps.identity.models import LogoutToken, PersonSession
from apps.people.models import Identity, Person, Provider
from tests import stories
from tests.concurrency.test_parallel_commands import at_once, refused

pytestmark = pytest.mark.django_db(transaction=True)
TURNS = range(12)
CROWD = 50
Act = Callable[[], object]


@pytest.fixture
def home(db: None) -> Provider:
    facts = {"issuer": "https://home.example", "client_id": "gatehouse", "secret_name": "home"}
    return Provider.objects.create(slug="home", name="Home", **facts)


def ann(home: Provider) -> Person:
    person = stories.person()
    Identity.objects.create(person=person, issuer=home.issuer, subject=str(person.pk), provider=home)
    return person


def signs_in(person: Person, home: Provider, *, issued: timedelta = timedelta()) -> Act:
    """The last step of a sign-in whose ID token was issued so long ago."""
    set_out = clock.now() - timedelta(minutes=1)
    return lambda: begin_session(
        person,
        key=str(uuid4()),
        sign_in=stories.fresh_sign_in(),
        provider=home,
        subject=str(person.pk),
        sid="one",
        asked_at=set_out,
        issued_at=clock.now() - issued,
        by=person,
    )


def word(person: Person, home: Provider, *, sid: str = "") -> Act:
    """The provider says, a moment after it issued the ID token, that the person has left."""
    said = {"jti": str(uuid4()), "subject": str(person.pk), "sid": sid}
    return lambda: provider_logged_out(home, **said, issued_at=clock.now(), by=SYSTEM)


@pytest.mark.parametrize("turn", TURNS)
def test_a_sign_in_and_the_word_that_it_ended_leave_nobody_signed_in(turn: int, home: Provider) -> None:
    """Whichever comes first: the session is ended, or never begun."""
    person = ann(home)
    began, said = at_once(signs_in(person, home, issued=timedelta(seconds=5)), word(person, home))
    assert said is True
    assert isinstance(began, DomainError | PersonSession)
    assert not PersonSession.objects.alive().filter(person=person).exists()
    assert Person.objects.get(pk=person.pk).signed_out_at is not None


@pytest.mark.parametrize("turn", TURNS)
def test_a_new_sign_in_while_an_old_session_ends_stays_signed_in(turn: int, home: Provider) -> None:
    """Their tokens and links do not wait for a sign-in that has happened."""
    person = ann(home)
    signs_in(person, home)()
    PersonSession.objects.update(sid="old")
    at_once(signs_in(person, home, issued=-timedelta(seconds=30)), word(person, home, sid="old"))
    here = PersonSession.objects.alive().filter(person=person)
    assert here.count() == 1
    assert Person.objects.get(pk=person.pk).signed_out_at is None


@pytest.mark.parametrize("turn", TURNS)
def test_closing_an_account_and_signing_out_at_home_do_not_wait_for_each_other(turn: int, home: Provider) -> None:
    """Both lock the person and their sessions, in the same order: no deadlock, and both are done."""
    person, operator = ann(home), stories.operator()
    for _number in range(4):
        signs_in(person, home)()
    at_once(
        lambda: deactivate(person, by=operator),
        word(person, home),
        lambda: end_all_sessions(person, by=person),
        word(person, home, sid="one"),
    )
    assert not PersonSession.objects.filter(person=person, ended_at__isnull=True).exists()
    assert not Person.objects.get(pk=person.pk).is_active


def test_a_logout_word_said_by_fifty_at_once_counts_once(home: Provider) -> None:
    """T55: single use, by one unique row."""
    person = ann(home)
    signs_in(person, home)()
    said = {"jti": "the same", "subject": str(person.pk), "sid": "", "issued_at": clock.now()}
    results = at_once(*[lambda: provider_logged_out(home, **said, by=SYSTEM)] * CROWD)
    assert (results.count(True), results.count(False)) == (1, CROWD - 1)
    assert LogoutToken.objects.count() == 1
    assert Event.objects.filter(kind="session.ended").count() == 1


def test_a_form_sent_by_fifty_at_once_is_done_once() -> None:
    """T55: single use of a form's key, by one unique row under a lock."""
    person, key = stories.person(), uuid4()

    def send() -> bool:
        with transaction.atomic():
            return reserve_key(person_id=person.pk, key=key, digest="x" * 64).first

    results = at_once(*[send] * CROWD)
    assert (results.count(True), results.count(False)) == (1, CROWD - 1)


def test_a_link_opened_by_fifty_at_once_opens_for_each_and_each_is_written_down() -> None:
    """T55: a link has no number of uses (docs/decisions/links-without-use-count.md); what is counted, exactly, is each
    use. Ended, it opens for none.
    """
    access = stories.linked()
    results = at_once(*[lambda: downloads.open_link(access.token, by=ANONYMOUS)] * CROWD)
    assert refused(results) == 0
    assert access.link is not None
    uses = Event.objects.filter(subject_id=access.link.pk)
    assert uses.filter(kind="download.started").count() == 1
    assert uses.filter(kind="download.continued").count() == CROWD - 1
    downloads.end_link(access.link, by=access.holder)
    assert refused(at_once(*[lambda: downloads.open_link(access.token, by=ANONYMOUS)] * CROWD)) == CROWD
    assert settings.LINK_HOURS <= 24

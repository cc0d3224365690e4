"""Sessions: how they begin, how long they count, and the many ways in which they end. Each by its id in the list."""

import base64
import json
import pickle
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from http.cookies import Morsel
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.identity.commands.identities import deactivate, reactivate
from apps.identity.commands.sessions import forget_sessions
from apps.identity.models import PersonSession
from tests import stories
from tests.identity import browser
from tests.identity.provider import Provider
from tests.production import COMPLETE, start

pytestmark = pytest.mark.django_db
ACCOUNT = "/account/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def is_in(client: Client, **headers: str) -> bool:
    """Whether the account page opens."""
    return client.get(ACCOUNT, headers=headers).status_code == 200


def with_key(key: str) -> Client:
    """A browser that shows this session key."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def key_of(client: Client) -> str:
    cookie: Morsel[str] = client.cookies[settings.SESSION_COOKIE_NAME]
    return cookie.value


@pytest.fixture
def later() -> Iterator[Callable[[timedelta], datetime]]:
    """`later(span)`: from now on the portal believes it is that long after the test began."""
    begun = clock.now()
    with ExitStack() as stack:

        def set_to(span: timedelta) -> datetime:
            stack.close()
            stack.enter_context(clock.freeze(begun + span))
            return begun + span

        yield set_to


# ------------------------------------------------------------------------------------------------------- the key
def test_t23_the_key_is_new_after_sign_in_and_step_up_and_the_old_one_is_dead(
    provider: Provider, client: Client
) -> None:
    """T23, L19."""
    browser.start(client)
    before = key_of(client)
    browser.sign_in(client, provider)
    first = key_of(client)
    assert first != before
    assert not is_in(with_key(before))
    assert is_in(with_key(first))
    browser.sign_in(client, provider, again="1")
    second = key_of(client)
    assert second != first
    assert is_in(client)
    assert not is_in(with_key(first))
    assert [one.ended_because for one in PersonSession.objects.order_by("started_at")] == ["replaced", ""]


def test_t23_a_session_whose_data_are_copied_to_another_key_opens_nothing(provider: Provider, client: Client) -> None:
    """T23, L19: the key is bound to a row of its own."""
    browser.sign_in(client, provider)
    row = Session.objects.get(pk=key_of(client))
    Session.objects.create(session_key="x" * 32, session_data=row.session_data, expire_date=row.expire_date)
    assert not is_in(with_key("x" * 32))
    assert not Session.objects.filter(pk="x" * 32).exists()


def test_t24_signing_out_kills_the_session_on_the_server(provider: Provider, client: Client) -> None:
    """T24: also for a copy of the cookie; and no page is kept for the back button."""
    browser.sign_in(client, provider)
    page = client.get(ACCOUNT)
    assert "no-store" in page["Cache-Control"]
    old = with_key(key_of(client))
    client.post(reverse("oidc_logout"))
    assert not is_in(old)
    assert PersonSession.objects.get().ended_because == "signed_out"


# ------------------------------------------------------------------------------------------------------ the limits
def test_t25_a_session_that_is_not_used_for_half_an_hour_ends(later: Callable[[timedelta], datetime]) -> None:
    """T25: idle, by a clock of our own."""
    client = stories.client_for(stories.person())
    later(timedelta(minutes=29, seconds=59))
    assert is_in(client)
    later(timedelta(minutes=59, seconds=58))
    assert is_in(client)
    later(timedelta(minutes=89, seconds=58))
    assert not is_in(client)
    later(timedelta(minutes=89))
    assert not is_in(client)  # what is over does not come back


def test_t25_a_session_lasts_half_a_day_however_much_it_is_used(later: Callable[[timedelta], datetime]) -> None:
    """T25: absolute."""
    client = stories.client_for(stories.person())
    for use in range(1, 25):  # each before half an hour without use is over
        later(timedelta(minutes=29 * use))
        assert is_in(client), use
    later(timedelta(hours=11, minutes=59, seconds=59))
    assert is_in(client)
    later(timedelta(hours=12, seconds=1))
    assert not is_in(client)


def test_t25_the_use_is_written_once_a_minute_and_asked_for_by_one_statement(
    later: Callable[[timedelta], datetime],
) -> None:
    """T25, T100."""
    client = stories.client_for(stories.person())
    table = PersonSession._meta.db_table
    for span, writes in ((30, 0), (61, 1), (70, 0), (120, 0), (122, 1)):
        later(timedelta(seconds=span))
        with CaptureQueriesContext(connection) as seen:
            assert is_in(client)
        about = [query["sql"] for query in seen if table in query["sql"]]
        assert sum(sql.startswith("SELECT") for sql in about) == 1
        assert sum(sql.startswith("UPDATE") for sql in about) == writes, span


# -------------------------------------------------------------------------------------------------- ended elsewhere
def test_t26_a_closed_account_is_out_at_its_next_request_everywhere() -> None:
    """T26: three browsers and a token."""
    person = stories.person()
    clients = [stories.client_for(person) for _ in range(3)]
    secret = stories.token(person)
    call = {"headers": {"Authorization": f"Bearer {secret}"}}
    assert all(is_in(one) for one in clients)
    assert Client().get("/api/v1/me", **call).status_code == 200
    operator = stories.operator()
    deactivate(person, by=operator)
    assert not any(is_in(one) for one in clients)
    assert Client().get("/api/v1/me", **call).status_code == 401
    reactivate(person, by=operator)
    assert not any(is_in(one) for one in clients)
    assert Client().get("/api/v1/me", **call).status_code == 200


def test_t27_a_person_sees_their_sessions_and_ends_one(provider: Provider, client: Client) -> None:
    """T27: which browser, which provider, since when; the one that is ended is out at its next request."""
    other = Client(headers={"User-Agent": FIREFOX})
    browser.sign_in(client, provider)
    browser.sign_in(other, provider)
    page = client.get(reverse("sessions")).content.decode()
    assert "Firefox, Linux" in page
    assert page.count("This session") == 1
    assert "Nordvik University Hospital" in page
    theirs = PersonSession.objects.get(browser="Firefox, Linux")
    assert client.post(reverse("session_end", args=[theirs.pk])).status_code == 302
    assert not is_in(other)
    assert is_in(client)
    assert Event.objects.get(kind="session.ended").subject_id == theirs.pk
    assert client.post(reverse("session_end", args=[theirs.pk])).status_code == 302
    assert Event.objects.filter(kind="session.ended").count() == 1


def test_t27_ending_all_ends_this_one_too(provider: Provider, client: Client) -> None:
    """T27."""
    other = Client()
    browser.sign_in(client, provider)
    browser.sign_in(other, provider)
    client.post(reverse("sessions_end_all"))
    assert not is_in(other)
    assert not is_in(client)
    assert Event.objects.filter(kind="session.ended").count() == 2


def test_t27_nobody_sees_or_ends_the_session_of_another() -> None:
    """T27: not even that it exists."""
    victim, other = stories.person(), stories.person()
    client, theirs = stories.client_for(other), stories.client_for(victim)
    session = PersonSession.objects.get(person=victim)
    assert str(session.pk) not in client.get(reverse("sessions")).content.decode()
    assert client.post(reverse("session_end", args=[session.pk])).status_code == 404
    assert is_in(theirs)


def test_a_page_that_needs_a_person_says_where_to_sign_in_again() -> None:
    """Also to the script that polls: a redirect, which it does not follow but answers by loading the page again."""
    client = stories.client_for(stories.person())
    PersonSession.objects.update(ended_at=clock.now(), ended_because="by_person")
    answer = client.get(ACCOUNT, headers={"X-Poll": "1"})
    assert answer.status_code == 302
    assert answer["Location"] == "/oidc/authenticate/?next=%2Faccount%2F"


def test_a_form_sent_after_the_end_leads_back_to_its_page() -> None:
    client = stories.client_for(stories.person())
    PersonSession.objects.update(ended_at=clock.now(), ended_because="by_person")
    answer = client.post(reverse("sessions_end_all"), headers={"Referer": "http://testserver/account/sessions/?page=2"})
    assert answer["Location"] == "/oidc/authenticate/?next=%2Faccount%2Fsessions%2F%3Fpage%3D2"
    answer = client.post(reverse("sessions_end_all"), headers={"Referer": "https://elsewhere.example/account/"})
    assert answer["Location"] == "/oidc/authenticate/?next=%2F"


def test_open_pages_stay_open_to_whoever_was_signed_out() -> None:
    client = stories.client_for(stories.person())
    PersonSession.objects.update(ended_at=clock.now(), ended_because="by_person")
    assert client.get("/").status_code == 200
    assert "_auth_user_id" not in client.session


def test_what_nobody_needs_any_more_is_forgotten(later: Callable[[timedelta], datetime]) -> None:
    stories.client_for(stories.person())
    later(timedelta(days=29))
    forget_sessions(by=SYSTEM)
    assert PersonSession.objects.count() == 1
    later(timedelta(days=31))
    forget_sessions(by=SYSTEM)
    assert PersonSession.objects.count() == 0


# ------------------------------------------------------------------------------------------------- cookie and data
def test_t28_the_cookie_is_only_for_http_and_this_site_and_stands_in_no_address(
    provider: Provider, client: Client
) -> None:
    """T28."""
    answer = browser.sign_in(client, provider)
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert (bool(cookie["httponly"]), cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    key = key_of(client)
    assert key not in answer["Location"]
    for path in ("/", ACCOUNT, reverse("sessions")):
        assert key not in client.get(path).content.decode()
    assert PersonSession.objects.get().key_digest != key


def test_t28_in_production_every_cookie_is_bound_to_this_host() -> None:
    """T28: __Host-, Secure, whole site, no domain."""
    names = "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME"
    names += ", settings.PROVIDER_COOKIE_NAME"
    flags = "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.LANGUAGE_COOKIE_SECURE"
    rest = "settings.SESSION_COOKIE_PATH, settings.SESSION_COOKIE_DOMAIN, settings.SESSION_COOKIE_HTTPONLY"
    spoken = start(f"all(n.startswith('__Host-') for n in [{names}]), [{flags}], [{rest}]", **COMPLETE)
    assert spoken.stdout.strip() == "(True, [True, True, True], ['/', None, True])", spoken.stderr


def test_t30_session_data_are_json_and_a_forged_pickle_is_nobody(tmp_path: Any) -> None:
    """T30: even one signed with the right key is not unpacked."""
    flag = tmp_path / "ran"

    class Forged:
        def __reduce__(self) -> tuple[Any, ...]:
            return (flag.touch, ())

    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
    client = stories.client_for(stories.person())
    packed = zlib.compress(pickle.dumps(Forged()))
    body = "." + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    salt = "django.contrib.sessions.SessionStore"
    forged = signing.TimestampSigner(salt=salt).sign(body)
    Session.objects.filter(pk=key_of(client)).update(session_data=forged)
    assert not is_in(client)
    assert not flag.exists()
    honest = signing.dumps({"a": 1}, salt=salt, compress=True)
    assert json.loads(signing.loads(honest, salt=salt, serializer=Verbatim)) == {"a": 1}


class Verbatim:
    """Shows what was signed as it stands."""

    def loads(self, data: bytes) -> bytes:
        return data


def test_no_cache_keeps_the_answer_that_begins_a_session(provider: Provider, client: Client) -> None:
    """T104: the redirect carries the cookie of a new session; it is private although the visitor had no session yet."""
    before = Client().get(reverse("catalogue"))
    assert "private" not in before.headers.get("Cache-Control", "")  # the control: a visitor's page is not marked
    answer = browser.sign_in(client, provider)
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "private, no-store"

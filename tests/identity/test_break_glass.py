"""The account for the day when no provider answers: off unless switched on, and never a way to data."""

import re
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import global_settings
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import ANONYMOUS
from apps.identity import encryption
from apps.identity.commands.break_glass import try_break_glass
from apps.identity.models import BreakGlassAccount, PersonSession
from apps.people.models import PlatformRole
from apps.people.queries import has_platform_role
from apps.web.sign_in import break_glass
from tests import stories
from tests.identity.break_glass import PAGE, code_of, made, person_in, signed_in, typed, whys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def switched_on(settings: Any) -> None:
    settings.BREAK_GLASS = True


# ----------------------------------------------------------------------------------------------------------- sign-in
@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_switched_off_the_page_is_not_there(settings: Any, method: str) -> None:
    settings.BREAK_GLASS = False
    account = made()
    answer = getattr(Client(), method)(PAGE, typed(account))
    nowhere = getattr(Client(), method)("/no-such-page/", typed(account))
    assert (answer.status_code, nowhere.status_code) == (404, 404)
    plain = [re.sub(rb"[0-9a-f]{16}|(/|%2F)[a-z-]+(/|%2F)", b"", one.content) for one in (answer, nowhere)]
    assert plain[0] == plain[1]
    assert not Event.objects.filter(kind__startswith="break_glass.", kind__in=["break_glass.used"]).exists()


def test_it_is_off_by_default_and_start_up_says_when_it_is_on(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    """T57: whoever starts the portal reads in the log, and in every check, that the glass is broken."""
    from portal.checks import say_at_start
    from portal.settings import base

    assert base.BREAK_GLASS is False
    assert [one.id for one in run_checks(tags=["portal"])] == ["portal.W001"]
    say_at_start()
    assert "BREAK_GLASS is on" in caplog.text
    settings.BREAK_GLASS = False
    assert run_checks(tags=["portal"]) == []


def test_no_page_leads_to_it() -> None:
    for path in ("/", "/sign-in/", "/datasets/"):
        assert "break-glass" not in stories.client_for(stories.operator()).get(path).content.decode()


def test_name_password_and_code_give_the_operator_role_for_an_hour() -> None:
    client, account = Client(), made()
    page = client.get(PAGE).content.decode()
    assert 'autocomplete="one-time-code"' in page
    answer = client.post(PAGE, typed(account))
    assert (answer.status_code, answer["Location"]) == (302, reverse("system_status"))
    assert client.get(answer["Location"]).status_code == 200
    session = PersonSession.objects.get(person=account.account.person)
    role = PlatformRole.objects.get(person=account.account.person)
    assert session.provider is None
    assert session.ends_at == role.ends_at
    assert timedelta(minutes=59) < role.ends_at - clock.now() <= timedelta(minutes=60)
    assert Event.objects.get(kind="break_glass.used").actor_id == account.account.person.pk


def test_an_hour_later_the_session_has_ended_whatever_was_done(frozen: Any) -> None:
    client, person = signed_in()
    begun = clock.now()
    for minutes in (20, 40, 59):
        with clock.freeze(begun + timedelta(minutes=minutes)):
            assert client.get("/system-status/").status_code == 200
    with clock.freeze(begun + timedelta(minutes=60, seconds=1)):
        assert "/oidc/authenticate/" in client.get("/system-status/").get("Location", "")
        assert not has_platform_role(person, PlatformRole.Kind.OPERATOR)


def test_switching_it_off_again_ends_what_is_open(settings: Any) -> None:
    client, _person = signed_in()
    settings.BREAK_GLASS = False
    assert "/oidc/authenticate/" in client.get("/system-status/")["Location"]


def test_whoever_was_signed_in_before_is_not_any_more() -> None:
    """T29: a new key, and the session of the other account is over."""
    someone = stories.person()
    client = stories.client_for(someone)
    before = client.session.session_key
    client.post(PAGE, typed(made()))
    assert client.session.session_key != before
    assert not PersonSession.objects.alive().filter(person=someone).exists()


# ------------------------------------------------------------------------------------------------------ wrong tries
WRONG = {
    "unknown": {"handle": "glass-nobody99"},
    "password": {"password": "wrong-wrong-wrong"},
    "code": {"code": "000000"},
    "nothing typed": {"handle": "", "password": "", "code": ""},
    "digits of other scripts": {"code": "١٢٣٤٥٦"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_every_wrong_try_gets_the_same_answer_and_an_event(wrong: str) -> None:
    """L47: nobody learns from the answer which part was wrong, or whether there is such an account."""
    account = made()
    client = Client()
    answer = client.post(PAGE, typed(account, **WRONG[wrong]))
    assert answer.status_code == 422
    assert "The sign-in failed." in answer.content.decode()
    assert person_in(client) is None
    assert account.password not in answer.content.decode()
    expected = {"unknown": "unknown", "password": "password", "nothing typed": "unknown"}
    assert whys() == [expected.get(wrong, "code")]


def test_the_answers_are_the_same_word_for_word() -> None:
    """L47."""
    account = made()
    same = set()
    for wrong in (WRONG["password"], WRONG["code"], {"handle": account.account.handle[:-1] + "0"}):
        answer = Client().post(PAGE, typed(account, **wrong)).content.decode()
        same.add(re.sub(r'value="[^"]*"|<body [^>]*>', "", answer))  # the name that was typed, and CSRF tokens
    assert len(same) == 1


def test_production_keeps_the_digest_of_django() -> None:
    """The cheap one is of the test settings only."""
    from portal.settings import base

    assert not hasattr(base, "PASSWORD_HASHERS")


def test_unknown_names_take_as_long_as_known_ones(settings: Any) -> None:
    """L47: the digest is computed either way. The control skips it for unknown names and is distinguished at once."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    account = made()

    def took(**other: str) -> float:
        begun = time.thread_time()  # what it costs, whatever else the machine does
        try_break_glass(by=ANONYMOUS, **{"handle": "x", "password": "wrong", "code": "1", **other})
        BreakGlassAccount.objects.update(wrong_tries=0)
        return time.thread_time() - begun

    known = min(took(handle=account.account.handle) for _ in range(7))
    unknown = min(took() for _ in range(7))
    assert abs(known - unknown) < known / 3

    begun = time.thread_time()
    assert BreakGlassAccount.objects.filter(handle="x").first() is None
    assert time.thread_time() - begun < known / 3  # control: without the digest it would show


def test_each_try_takes_the_set_time_at_least(settings: Any) -> None:
    settings.BREAK_GLASS_SECONDS = 0.6
    begun = time.monotonic()
    Client().post(PAGE, typed(made(), code="000000"))
    assert time.monotonic() - begun >= 0.6


def test_five_wrong_tries_let_the_account_rest(frozen: Any) -> None:
    """T92: also the right code is refused then, in the same words; a quarter of an hour later it is taken."""
    account = made()
    for _turn in range(5):
        Client().post(PAGE, typed(account, password="wrong"))
    answer = Client().post(PAGE, typed(account))
    assert answer.status_code == 422
    assert whys() == ["password"] * 5 + ["rests"]
    with clock.freeze(clock.now() + timedelta(minutes=15, seconds=1)):
        opened = Client().post(PAGE, typed(account))
    assert (opened.status_code, opened["Cache-Control"]) == (302, "private, no-store")


def test_four_wrong_tries_and_a_right_one_reset_the_count() -> None:
    account = made()
    for _turn in range(4):
        Client().post(PAGE, typed(account, password="wrong"))
    assert Client().post(PAGE, typed(account)).status_code == 302
    assert BreakGlassAccount.objects.get().wrong_tries == 0


# ------------------------------------------------------------------------------------------------------------- codes
def test_a_code_counts_once() -> None:
    """T55: RFC 6238, section 5.2."""
    account = made()
    entered = typed(account)
    assert Client().post(PAGE, entered).status_code == 302
    assert Client().post(PAGE, entered).status_code == 422
    assert whys() == ["replayed"]


def test_an_older_code_does_not_count_after_a_newer_one(frozen: Any) -> None:
    account = made()
    assert Client().post(PAGE, typed(account)).status_code == 302
    assert Client().post(PAGE, typed(account, code=code_of(account, steps=-1))).status_code == 422


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_one_step_before_and_after_counts_too(frozen: Any, steps: int, status: int) -> None:
    account = made()
    assert Client().post(PAGE, typed(account, code=code_of(account, steps=steps))).status_code == status


@pytest.mark.django_db(transaction=True)
def test_the_same_code_many_times_at_once_counts_once() -> None:
    """T55: the row is held while a try is judged. The control judges without, and several sign in."""
    account, outcomes, start = made(), [], threading.Barrier(6)
    given = typed(account)

    def arrive() -> None:
        try:
            start.wait()
            outcomes.append(try_break_glass(by=ANONYMOUS, **given) is not None)
        finally:
            connection.close()

    threads = [threading.Thread(target=arrive) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == [False] * 5 + [True]
    assert PlatformRole.objects.filter(person=account.account.person).count() == 1
    row = BreakGlassAccount.objects.get()
    BreakGlassAccount.objects.filter(pk=row.pk).update(last_step=0, wrong_tries=0, rests_until=None)
    row.refresh_from_db()
    from apps.identity.commands.break_glass import _fault

    judged = [_fault(row, given["password"], given["code"])[0] for _ in range(2)]
    assert judged == ["", ""]  # control: it is the lock and the step that was written that make it once


# ---------------------------------------------------------------------------------------------------- what is stored
def test_the_database_alone_tells_neither_password_nor_seed(settings: Any) -> None:
    """T56: a scrypt digest, and a seed sealed with a key that only the settings hold."""
    account = made()
    row = BreakGlassAccount.objects.values().get()
    stored = " ".join(str(value) for value in row.values())
    assert row["password"].startswith("scrypt$")
    assert account.password not in stored
    assert account.seed not in stored
    assert encryption.unseal(row["sealed_seed"]) == account.seed
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-altogether-for-this-test-only"
    assert encryption.unseal(row["sealed_seed"]) == ""
    assert Client().post(PAGE, typed(account)).status_code == 422
    settings.SECRET_KEY_FALLBACKS = [old]
    assert Client().post(PAGE, typed(account)).status_code == 302


def test_password_and_seed_are_long_and_their_own() -> None:
    first, second = made(), made()
    assert len(first.password) == 47
    assert len(first.seed) == 32
    assert len({first.password, second.password, first.seed, second.seed, first.account.handle}) == 5
    assert not first.account.person.has_usable_password()


def test_one_try_at_a_time_is_judged_and_others_are_asked_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """T39: a flood of tries wears out this page alone."""
    monkeypatch.setattr(break_glass, "WAIT", 0.01)
    with break_glass._one_at_a_time:
        answer = Client().post(PAGE, typed(made()))
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert Client().get(PAGE).status_code == 200

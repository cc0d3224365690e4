"""Attacks on the device flow: to be authorised as another person, or to read along."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import ANONYMOUS
from apps.core.errors import Denied, TooOften
from apps.core.identifiers import CONSONANTS, new_user_code, plain_user_code
from apps.identity.commands.identities import deactivate
from apps.notifications.models import Notification
from apps.people.commands.affiliations import end_affiliation
from apps.people.models import Person
from apps.tokens import queries, rules
from apps.tokens.commands.devices import answer_device, find_device, request_device_code
from apps.tokens.models import DeviceRequest, PersonalToken
from tests import stories
from tests.tokens.program import Program, answer, authorised_program, error_of, typed

pytestmark = pytest.mark.django_db
TWO = {"gatehouse-cli": "Gatehouse command line", "other": "Another program"}


def test_a_used_device_code_ends_what_it_gave() -> None:
    """Replay of the device code after success: refused, and whoever has the tokens loses them (RFC 6749, 10.5)."""
    program = authorised_program(stories.person())
    assert program.me().status_code == 200
    assert error_of(program.poll()) == "invalid_grant"
    assert program.me().status_code == 401
    assert error_of(program.refresh()) == "invalid_grant"
    assert Event.objects.filter(kind="token.reused").count() == 1


def test_a_refresh_token_used_twice_ends_the_whole_family_and_notifies_the_person() -> None:
    """RFC 9700, 4.14.2: thief and owner cannot be distinguished, so both lose access."""
    person = stories.person()
    program, thief = authorised_program(person), Program()
    stolen = program.got["refresh_token"]
    assert program.refresh().status_code == 200
    assert program.me().status_code == 200
    assert error_of(thief.refresh(stolen)) == "invalid_grant"
    assert program.me().status_code == 401
    assert error_of(program.refresh()) == "invalid_grant"
    assert error_of(thief.refresh(stolen)) == "invalid_grant"
    assert Event.objects.filter(kind="token.reused").count() == 1
    stories.drain()
    assert Notification.objects.filter(reader=person, subject__contains="signed out").count() == 1


def test_every_older_refresh_token_is_remembered() -> None:
    program = authorised_program(stories.person())
    old = program.got["refresh_token"]
    for _turn in range(5):
        assert program.refresh().status_code == 200
    assert error_of(program.refresh(old)) == "invalid_grant"
    assert program.me().status_code == 401


def test_a_scope_that_was_not_given_is_not_got_by_renewing() -> None:
    """RFC 6749, 6; and asking for it costs nothing."""
    program = authorised_program(stories.person(), "read")
    assert error_of(program.refresh(scope="read publish")) == "invalid_scope"
    assert program.refresh(scope="read").json()["scope"] == "read"


@override_settings(SCRIPT_PROGRAMS=TWO)
def test_what_one_program_was_given_serves_no_other() -> None:
    """Mixing clients: codes and tokens are bound to the program they were made for."""
    person = stories.person()
    mine, other = Program(), Program("other")
    mine.ask()
    assert error_of(other.poll(mine.asked["device_code"])) == "invalid_grant"
    answer(person, mine.asked["user_code"])
    assert error_of(other.poll(mine.asked["device_code"])) == "invalid_grant"
    assert mine.poll().status_code == 200
    assert error_of(other.refresh(mine.got["refresh_token"])) == "invalid_grant"
    assert other.revoke(mine.got["refresh_token"]).status_code == 200
    assert mine.me().status_code == 200
    assert mine.refresh().status_code == 200


def test_five_wrong_codes_and_the_next_waits_even_a_right_one() -> None:
    """L27: 20^8 codes, five tries in ten minutes, each written down."""
    person, program = stories.person(), Program()
    program.ask()
    client = stories.client_for(person)
    for turn in range(5):
        wrong = client.post(reverse("device"), {"user_code": f"BBBB-BBB{CONSONANTS[turn]}", "_once": ""})
        assert wrong.status_code == 422
    right = {"user_code": program.asked["user_code"]}
    refused = client.post(reverse("device"), right)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "600"
    assert Event.objects.filter(kind="device.code_wrong", actor_id=person.pk).count() == 5
    assert stories.client_for(stories.person()).post(reverse("device"), right).status_code == 302  # others are not kept
    with clock.freeze(clock.now() + timedelta(minutes=10, seconds=1)):
        later = stories.client_for(person)
        assert later.post(reverse("device"), {"user_code": "BBBB-BBBB"}).status_code == 422


def test_a_wrong_code_stays_counted_whatever_key_the_form_carries() -> None:
    """A form key would undo what a refused form wrote; this form has none."""
    client = stories.client_for(stories.person())
    form = {"user_code": "BBBB-BBBB", "_once": "11111111-1111-4111-8111-111111111111"}
    answers = [client.post(reverse("device"), form).status_code for _turn in range(7)]
    assert answers == [422] * 5 + [429] * 2


def test_the_page_about_a_program_is_only_for_who_typed_its_code() -> None:
    """Nobody answers for somebody else, and a second person's right code is as good as a wrong one."""
    first, second, program = stories.person(), stories.person(), Program()
    program.ask()
    page = typed(stories.client_for(first), program.asked["user_code"])
    other = stories.client_for(second)
    assert other.get(page).status_code == 404
    assert other.post(page, {"answer": "approve"}).status_code == 404
    assert other.post(reverse("device"), {"user_code": program.asked["user_code"]}).status_code == 422
    assert typed(stories.client_for(first), program.asked["user_code"]) == page


def test_the_command_checks_it_too() -> None:
    """Whoever has the row but did not type the code answers nothing, and learns nothing."""
    asked = request_device_code("gatehouse-cli", scopes=["read"], asked_from="", browser="", by=ANONYMOUS)
    found = find_device(asked.user_code, by=stories.person())
    assert found is not None
    with pytest.raises(Denied, match="Another person"):
        answer_device(found, approve=True, by=stories.person())
    assert DeviceRequest.objects.get().approved_at is None


def test_an_answer_is_given_once() -> None:
    """Double approval, and a yes after a no."""
    for before, after in (("approve", "approve"), ("refuse", "approve"), ("approve", "refuse")):
        person, program = stories.person(), Program()
        program.ask()
        client = stories.client_for(person)
        page = typed(client, program.asked["user_code"])
        assert client.post(page, {"answer": before}).status_code == 302
        assert client.post(page, {"answer": after}).status_code == 409
        assert client.get(page).status_code == 409
        row = DeviceRequest.objects.get(person=person)
        assert (row.approved_at is not None) == (before == "approve")


def test_no_other_site_can_let_a_program_in() -> None:
    """T78: both forms need our key; the address with the code in it only fills in the form."""
    person, program = stories.person(), Program()
    program.ask()
    page = typed(stories.client_for(person), program.asked["user_code"])
    client = stories.client_for(person, enforce_csrf_checks=True)
    assert client.post(reverse("device"), {"user_code": program.asked["user_code"]}).status_code == 403
    assert client.post(page, {"answer": "approve"}).status_code == 403
    assert client.get(f"{page}?answer=approve").status_code == 200
    assert error_of(program.poll()) == "authorization_pending"
    assert client.get(page)["X-Frame-Options"] == "DENY"


def test_the_page_says_where_the_program_really_is() -> None:
    """Code phishing: the address that the front server saw, not the one that the caller claims."""
    person = stories.person()
    program = Program(**{"X-Forwarded-For": "10.1.2.3, 198.51.100.7", "User-Agent": "<script>alert(1)</script>"})
    program.ask()
    client = stories.client_for(person)
    page = client.get(typed(client, program.asked["user_code"])).content.decode()
    assert "198.51.100.7" in page
    assert "10.1.2.3" not in page
    assert "<script>alert" not in page
    row = DeviceRequest.objects.get()
    assert row.browser == ""
    odd = Program(**{"X-Forwarded-For": "not an address"})
    assert odd.ask().status_code == 200
    assert DeviceRequest.objects.filter(asked_from=None).count() == 1


def test_few_programs_wait_at_once_from_one_place_and_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood neither fills the table nor makes guessing easy."""
    monkeypatch.setattr(rules, "MOST_FROM_ONE_PLACE", 3)
    for _turn in range(3):
        assert Program().ask().status_code == 200
    flooded = Program().ask()
    assert error_of(flooded, 429) == "slow_down"
    assert flooded["Retry-After"] == "600"
    assert Program(**{"X-Forwarded-For": "198.51.100.7"}).ask().status_code == 200
    monkeypatch.setattr(rules, "MOST_WAITING", 4)
    assert error_of(Program(**{"X-Forwarded-For": "198.51.100.8"}).ask(), 503) == "temporarily_unavailable"
    with clock.freeze(clock.now() + timedelta(minutes=11)):
        assert Program().ask().status_code == 200


def test_codes_have_no_characters_that_look_alike_and_are_read_however_typed() -> None:
    """RFC 8628, 6.1."""
    seen = {new_user_code() for _turn in range(500)}
    assert len(seen) == 500
    assert not set("".join(seen)) & set("AEIOUY0123456789")
    for typed_ in ("wdjb-mjht", " WDJB MJHT ", "wdjbmjht", "W D J B - M J H T"):
        assert plain_user_code(typed_) == "WDJB-MJHT"
    assert plain_user_code("WDJB-MJHTX") != "WDJB-MJHT"


def test_two_programs_never_wait_with_one_code(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["BCDF-GHJK", "BCDF-GHJK", "LMNP-QRST"])
    monkeypatch.setattr(queries, "new_user_code", lambda: next(codes))
    assert [Program().ask().json()["user_code"] for _turn in range(2)] == ["BCDF-GHJK", "LMNP-QRST"]


def deactivated(person: Person) -> None:
    deactivate(person, by=stories.operator())


def away(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(signed_out_at=clock.now())


@pytest.mark.parametrize("deed", [deactivated, away])
def test_who_may_not_act_lets_nothing_act(deed: Callable[[Person], None]) -> None:
    """T26: at the next request a program's tokens open nothing, fetch nothing, and a yes from before gives nothing."""
    person, late = stories.person(), Program()
    program = authorised_program(person)
    late.ask()
    answer(person, late.asked["user_code"])
    deed(person)
    assert program.me().status_code == 401
    assert error_of(program.refresh()) == "invalid_grant"
    assert error_of(late.poll()) == "access_denied"
    Person.objects.filter(pk=person.pk).update(signed_out_at=None, is_active=True)
    assert program.refresh().status_code == 200  # asking in vain spent nothing


def test_guessing_at_the_command_is_held_too() -> None:
    person = stories.person()
    for _turn in range(5):
        assert find_device("BBBB-BBBB", by=person) is None
    with pytest.raises(TooOften):
        find_device("BBBB-BBBB", by=person)


def test_unknown_and_known_tokens_are_given_back_with_one_answer() -> None:
    """RFC 7009, 2.2: whoever asks learns nothing about a token."""
    program = authorised_program(stories.person())
    answers = [program.revoke(shown) for shown in ("nonsense", program.got["access_token"])]
    assert len({(a.status_code, a.content) for a in answers}) == 1
    assert PersonalToken.objects.get().revoked_at is not None


def test_a_program_lives_no_longer_for_a_person_without_affiliation(django_user_model: Any) -> None:
    """Lapsed affiliation: the token is good, and opens no data that ask for an institution."""
    access = stories.granted()
    program = authorised_program(access.holder, "download")
    path, headers = (
        f"/api/v1/files/{access.file.pk}/content",
        {"Authorization": f"Bearer {program.got['access_token']}"},
    )
    assert Client().get(path, headers=headers).status_code == 200
    home = access.holder.institution
    assert home is not None
    official = stories.signing_official(home)
    end_affiliation(access.holder, institution=home, reason="She has left us.", by=official)
    assert Client().get(path, headers=headers).status_code == 403

"""A program is authorised by a code: the whole way over HTTP, and every requirement of RFC 8628 on it."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.notifications.models import Notification
from apps.tokens.commands.devices import forget_devices
from apps.tokens.models import DeviceRequest, PersonalToken
from tests import stories
from tests.tokens.program import Program, answer, authorised_program, error_of, path_of, typed

pytestmark = pytest.mark.django_db


def test_a_program_is_authorised_reads_renews_and_revokes() -> None:
    """The whole flow: metadata, code, yes, tokens, API, refresh, revocation (RFC 8628, 6749, 7009, 8414)."""
    person = stories.person()
    known = Client().get("/.well-known/oauth-authorization-server").json()
    program = Program(**{"User-Agent": "curl/8.5.0 (Linux)"})
    assert path_of(known["device_authorization_endpoint"]) == reverse("device_authorize")
    asked = program.ask()
    assert asked.status_code == 200
    assert "no-store" in asked["Cache-Control"]
    assert asked.json()["expires_in"] == 600
    assert asked.json()["interval"] == 5
    assert error_of(program.poll()) == "authorization_pending"

    client = stories.client_for(person)
    page = client.get(path_of(program.asked["verification_uri_complete"]))
    assert f'value="{program.asked["user_code"]}"' in page.content.decode()
    assert DeviceRequest.objects.get().person is None  # an address alone does nothing
    shown = client.get(typed(client, program.asked["user_code"]))
    for said in (
        "Gatehouse command line",
        "127.0.0.1",
        "curl, Linux",
        "create download links and download files",
        "started this yourself",
    ):
        assert said in unescape(shown.content.decode()), said
    done = client.post(f"/device/{DeviceRequest.objects.get().pk}/", {"answer": "approve"}, follow=True)
    assert "was authorised" in done.content.decode()

    with clock.freeze(clock.now() + timedelta(seconds=6)):
        got = program.poll()
    assert got.json()["token_type"] == "Bearer"
    assert got.json()["expires_in"] == 900
    assert got.json()["scope"] == "download read"
    assert program.me().json()["code"] == person.code

    first = dict(program.got)
    assert program.refresh().status_code == 200
    assert program.got["refresh_token"] != first["refresh_token"]
    assert program.me().status_code == 200
    assert program.me(first["access_token"]).status_code == 401
    assert program.revoke(program.got["refresh_token"]).status_code == 200
    assert program.me().status_code == 401
    assert error_of(program.refresh()) == "invalid_grant"
    kinds = list(Event.objects.filter(kind__regex="^(device|token)").order_by("id").values_list("kind", flat=True))
    assert kinds == ["device.approved", "token.made", "token.refreshed", "token.revoked"]


def test_the_metadata_name_what_there_is() -> None:
    """RFC 8414, 2: every address in it answers, and the issuer is the portal."""
    answer_ = Client().get("/.well-known/oauth-authorization-server")
    said = answer_.json()
    assert said["issuer"] == "http://testserver"
    assert said["token_endpoint_auth_methods_supported"] == ["none"]
    for name in ("device_authorization_endpoint", "token_endpoint", "revocation_endpoint"):
        assert Client().post(path_of(said[name])).status_code == 400, name
    assert set(said["scopes_supported"]) == set(PersonalToken.Scope.values) - {"vote"}


def test_no_means_no() -> None:
    program = Program()
    program.ask()
    answer(stories.person(), program.asked["user_code"], "refuse")
    assert error_of(program.poll()) == "access_denied"
    assert error_of(program.poll()) == "access_denied"
    assert not PersonalToken.objects.exists()
    assert Event.objects.filter(kind="device.refused").count() == 1


@pytest.mark.parametrize("word", ["", "Approve", "approve ", "yes"])
def test_anything_but_the_one_word_is_a_no(word: str) -> None:
    program = Program()
    program.ask()
    answer(stories.person(), program.asked["user_code"], word)
    assert error_of(program.poll()) == "access_denied"


def test_who_asks_too_often_is_slowed_down_more_each_time() -> None:
    """RFC 8628, 3.5: five seconds more for this and all later polls."""
    program = Program()
    program.ask()
    start = clock.now()

    def at(seconds: int) -> str:
        with clock.freeze(start + timedelta(seconds=seconds)):
            return error_of(program.poll())

    assert at(0) == "authorization_pending"
    assert at(4) == "slow_down"  # from now on 10
    assert at(13) == "slow_down"  # from now on 15
    assert at(28) == "authorization_pending"
    assert at(42) == "slow_down"  # from now on 20
    assert at(62) == "authorization_pending"
    assert DeviceRequest.objects.get().interval == 20


def test_a_code_ends_after_ten_minutes_for_program_and_person() -> None:
    program, person = Program(), stories.person()
    program.ask()
    client = stories.client_for(person)
    page = typed(client, program.asked["user_code"])
    with clock.freeze(clock.now() + timedelta(minutes=10, seconds=1)):
        assert error_of(program.poll()) == "expired_token"
        late = stories.client_for(person)
        assert late.get(page).status_code == 410
        assert late.post(page, {"answer": "approve"}).status_code == 410
        assert late.post(reverse("device"), {"user_code": program.asked["user_code"]}).status_code == 422
        assert error_of(program.poll()) == "expired_token"
    assert not PersonalToken.objects.exists()


@pytest.mark.parametrize(
    ("change", "error", "status"),
    [
        ({"client_id": None}, "invalid_request", 400),
        ({"client_id": "somebody-else"}, "invalid_client", 401),
        ({"grant_type": None}, "invalid_request", 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type", 400),
        ({"device_code": None}, "invalid_request", 400),
        ({"device_code": "ghd_unknown"}, "invalid_grant", 400),
        ({"device_code": ["a", "b"]}, "invalid_request", 400),
        ({"client_id": ["gatehouse-cli", "gatehouse-cli"]}, "invalid_request", 400),
        ({"device_code": "x" * 501}, "invalid_request", 400),
        ({"device_code": "a\x00b"}, "invalid_request", 400),
        ({"grant_type": "refresh_token"}, "invalid_request", 400),
        ({"grant_type": "refresh_token", "refresh_token": "ghr_unknown"}, "invalid_grant", 400),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_standard(change: dict[str, Any], error: str, status: int) -> None:
    """RFC 6749, 5.2."""
    program = Program()
    program.ask()
    sent = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": program.asked["device_code"],
        "client_id": "gatehouse-cli",
    }
    fields = {name: value for name, value in (sent | change).items() if value is not None}
    assert error_of(program.send("oauth_token", fields), status) == error


def test_a_form_is_a_form() -> None:
    """No JSON, no GET, no secret in a header, no cookie that counts."""
    person = stories.person()
    browser = stories.client_for(person)
    for name in ("device_authorize", "oauth_token", "oauth_revoke"):
        path = reverse(name)
        assert browser.get(path).status_code == 405
        assert browser.get(path)["Allow"] == "POST"
        assert error_of(browser.post(path, {"client_id": "gatehouse-cli"}, content_type="application/json"))
        assert error_of(browser.post(path, {"client_id": "gatehouse-cli"}))  # multipart
        basic = Client().post(
            path, "client_id=gatehouse-cli", content_type="application/x-www-form-urlencoded",
            headers={"Authorization": "Basic Z2F0ZWhvdXNlLWNsaTp4"},
        )  # fmt: skip
        assert error_of(basic, 401) == "invalid_client"
        assert basic["WWW-Authenticate"].startswith("Basic")
        huge = b"client_id=gatehouse-cli&x=" + b"y" * 2_000_000
        assert error_of(browser.post(path, huge, content_type="application/x-www-form-urlencoded"))
        many = "&".join(f"a{n}=1" for n in range(600))
        assert error_of(browser.post(path, many, content_type="application/x-www-form-urlencoded"))


def test_scopes_are_those_that_there_are() -> None:
    program = Program()
    assert error_of(program.ask("read everything")) == "invalid_scope"
    assert program.ask("").status_code == 200
    assert DeviceRequest.objects.get().scopes == ["read"]


def test_the_person_is_notified_and_sees_the_program_among_the_tokens() -> None:
    """T48: per-person list, last used, revoked at the next request."""
    person = stories.person()
    program = authorised_program(person)
    program.me()
    stories.drain()
    notification = Notification.objects.get(reader=person)
    assert "A device was authorised" in notification.subject
    assert "Gatehouse command line" in notification.body
    client = stories.client_for(person)
    page = client.get(reverse("tokens")).content.decode()
    assert "Gatehouse command line" in page
    assert "authorised device" in page
    assert "never" not in page.split("Gatehouse command line")[1]
    token = PersonalToken.objects.get()
    client.post(reverse("token_revoke", args=[token.pk]))
    assert program.me().status_code == 401
    assert error_of(program.refresh()) == "invalid_grant"
    assert "revoked" in client.get(reverse("tokens")).content.decode()


def test_a_program_ends_when_it_is_not_used_and_in_any_case() -> None:
    """Access tokens for 15 minutes, renewed within 30 days, never beyond 90 days without the person."""
    program = authorised_program(stories.person())
    start = clock.now()
    with clock.freeze(start + timedelta(minutes=15, seconds=1)):
        assert program.me().status_code == 401
        assert program.refresh().status_code == 200
        assert program.me().status_code == 200
    for day in (29, 58, 87):
        with clock.freeze(start + timedelta(days=day)):
            assert program.refresh().status_code == 200, day
    with clock.freeze(start + timedelta(days=91)):
        assert error_of(program.refresh()) == "invalid_grant"
    other = authorised_program(stories.person())
    with clock.freeze(clock.now() + timedelta(days=31)):
        assert error_of(other.refresh()) == "invalid_grant"


def test_requests_of_programs_are_swept_after_a_day_and_tokens_stay() -> None:
    program = authorised_program(stories.person())
    program.refresh()
    forget_devices(by=SYSTEM)
    assert DeviceRequest.objects.count() == 1
    with clock.freeze(clock.now() + timedelta(days=1, seconds=1)):
        forget_devices(by=SYSTEM)
        assert not DeviceRequest.objects.exists()
        assert program.refresh().status_code == 200
    token = PersonalToken.objects.get()
    assert token.spent.count() == 2
    program.revoke(program.got["access_token"])
    forget_devices(by=SYSTEM)
    assert token.spent.count() == 0


def test_the_page_needs_a_person_and_a_fresh_sign_in() -> None:
    """T29."""
    program, person = Program(), stories.person()
    program.ask()
    assert "/oidc/authenticate/" in Client().get(reverse("device"))["Location"]
    stale = stories.client_for(person, fresh=False)
    assert stale.post(reverse("device"), {"user_code": program.asked["user_code"]}).status_code == 401
    assert stories.client_for(person).post(reverse("device"), {"user_code": " "}).status_code == 422
    page = typed(stories.client_for(person), program.asked["user_code"])
    assert stale.post(page, {"answer": "approve"}).status_code == 401
    assert error_of(program.poll()) == "authorization_pending"

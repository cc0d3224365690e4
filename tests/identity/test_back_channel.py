"""OpenID Connect Back-Channel Logout 1.0: the provider's word ends sessions, and nobody else's does."""

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.identity.models import PersonSession
from apps.identity.oidc import discovery
from apps.identity.oidc.logout import EVENT
from apps.people.models import Person
from tests import stories
from tests.identity import browser
from tests.identity.provider import CLIENT_ID, KID, Provider, b64, ec_key, rsa_key, token, written

pytestmark = pytest.mark.django_db
Facts = dict[str, Any]
Bend = Callable[[Facts], Any]
HEADER = {"alg": "RS256", "kid": KID, "typ": "logout+jwt"}


def claims(provider: Provider, **more: Any) -> Facts:
    """A logout token's claims, all in order."""
    now = int(time.time())
    base = {"iss": provider.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": str(uuid4())}
    return {**base, "events": {EVENT: {}}, "sub": "ann", **more}


def say(said: Facts, header: Facts | None = None, key: Any = None) -> Any:
    """The provider's call to the portal, without any cookie, to a portal that checks CSRF."""
    return send({"logout_token": token(header or HEADER, said, key or rsa_key())})


def send(form: Facts) -> Any:
    """Section 2.5: a form, as browsers send it."""
    kind = "application/x-www-form-urlencoded"
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    return client.post(reverse("back_channel_logout"), urlencode(form, doseq=True), content_type=kind)


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def why() -> list[str]:
    return [event.facts["why"] for event in Event.objects.filter(kind="session.logout_refused")]


def test_the_word_about_a_subject_ends_all_their_sessions_from_there(provider: Provider, client: Client) -> None:
    second, stranger = Client(), stories.client_for(stories.person())
    browser.sign_in(client, provider)
    browser.sign_in(second, provider)
    answer = say(claims(provider))
    assert (answer.status_code, answer.content) == (200, b"")
    assert "no-store" in answer["Cache-Control"]
    assert not is_in(client)
    assert not is_in(second)
    assert is_in(stranger)
    ended = PersonSession.objects.filter(ended_because="provider")
    assert ended.count() == 2
    assert Event.objects.filter(kind="session.ended", facts__why="provider").count() == 2


def test_the_word_about_one_session_ends_that_one(provider: Provider, client: Client) -> None:
    second = Client()
    provider.says = {"sid": "one"}
    browser.sign_in(client, provider)
    provider.says = {"sid": "two"}
    browser.sign_in(second, provider)
    said = claims(provider, sid="one")
    del said["sub"]
    assert say(said).status_code == 200
    assert not is_in(client)
    assert is_in(second)
    assert Person.objects.get().signed_out_at is None
    assert say(claims(provider, sid="two")).status_code == 200
    assert not is_in(second)
    assert Person.objects.get().signed_out_at is not None


def test_tokens_wait_while_the_person_is_signed_out_at_home_and_go_on_afterwards(
    provider: Provider, client: Client
) -> None:
    browser.sign_in(client, provider)
    person = Person.objects.get()
    call = {"headers": {"Authorization": f"Bearer {stories.token(person)}"}}
    assert Client().get("/api/v1/me", **call).status_code == 200
    say(claims(provider))
    assert Client().get("/api/v1/me", **call).status_code == 401
    browser.sign_in(client, provider)
    assert Client().get("/api/v1/me", **call).status_code == 200


def test_a_person_with_a_session_elsewhere_is_not_away(provider: Provider, client: Client) -> None:
    """A provider's sign-out covers only the sessions that it started."""
    browser.sign_in(client, provider)
    stays = stories.client_for(Person.objects.get())
    assert say(claims(provider)).status_code == 200
    assert not is_in(client)
    assert is_in(stays)
    assert Person.objects.get().signed_out_at is None


def test_a_logout_token_about_somebody_unknown_is_accepted_and_changes_nothing(
    provider: Provider, client: Client
) -> None:
    browser.sign_in(client, provider)
    assert say(claims(provider, sub="somebody-else")).status_code == 200
    assert is_in(client)


def test_a_word_counts_once(provider: Provider, client: Client) -> None:
    browser.sign_in(client, provider)
    said = claims(provider)
    assert say(said).status_code == 200
    browser.sign_in(client, provider)
    assert say(said).status_code == 400
    assert is_in(client)
    assert why() == ["replayed"]


def without(name: str) -> Bend:
    return lambda said: {key: value for key, value in said.items() if key != name}


def with_(**more: Any) -> Bend:
    return lambda said: said | more


NOW = int(time.time())
FAULTS: dict[str, tuple[Bend, str]] = {
    "another issuer": (with_(iss="https://elsewhere.example"), "provider"),
    "an issuer with a slash more": (lambda said: said | {"iss": said["iss"] + "/"}, "provider"),
    "no issuer": (without("iss"), "provider"),
    "an issuer that is a list": (lambda said: said | {"iss": [said["iss"]]}, "provider"),
    "for another client": (with_(aud="another"), "audience"),
    "for several, asked for by another": (with_(aud=[CLIENT_ID, "b"], azp="b"), "authorized_party"),
    "for nobody": (without("aud"), "audience"),
    "old": (with_(iat=NOW - 3600), "issued"),
    "from the future": (with_(iat=NOW + 3600), "issued"),
    "without a time": (without("iat"), "issued"),
    "a time that is text": (with_(iat="now"), "issued"),
    "expired": (with_(exp=NOW - 3600), "expired"),
    "without an end": (without("exp"), "expired"),
    "without an id": (without("jti"), "jti"),
    "an id that is a number": (with_(jti=7), "jti"),
    "an endless id": (with_(jti="x" * 256), "jti"),
    "no event": (without("events"), "events"),
    "another event": (with_(events={"http://schemas.openid.net/event/other": {}}), "events"),
    "an event that is text": (with_(events={EVENT: "yes"}), "events"),
    "events as a list": (with_(events=[EVENT]), "events"),
    "a nonce: an identity token": (with_(nonce="n"), "nonce"),
    "an empty nonce": (with_(nonce=None), "nonce"),
    "about nobody": (without("sub"), "nobody"),
    "a subject that is a list": (with_(sub=["ann"]), "subject"),
    "an empty subject": (with_(sub=""), "subject"),
    "a session that is empty": (with_(sid=""), "sid"),
    "a session that is a number": (with_(sid=1), "sid"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_word_with_a_fault_ends_nothing(fault: str, provider: Provider, client: Client) -> None:
    bend, code = FAULTS[fault]
    browser.sign_in(client, provider)
    answer = say(bend(claims(provider)))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert why() == [code]
    assert is_in(client)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (HEADER, rsa_key("somebody's")),
        (HEADER | {"alg": "ES256"}, ec_key("somebody's")),
        (HEADER | {"kid": "unheard of"}, None),
        (HEADER | {"typ": "at+jwt"}, None),
        (HEADER | {"typ": "id_token+jwt"}, None),
        (HEADER | {"jku": "https://elsewhere.example/keys"}, None),
    ],
)
def test_only_the_providers_published_key_signs(header: Facts, key: Any, provider: Provider, client: Client) -> None:
    browser.sign_in(client, provider)
    assert say(claims(provider), header, key).status_code == 400
    assert is_in(client)


def test_an_unsigned_word_ends_nothing(provider: Provider, client: Client) -> None:
    browser.sign_in(client, provider)
    word = f"{b64(written({'alg': 'none', 'kid': KID}))}.{b64(written(claims(provider)))}."
    assert send({"logout_token": word}).status_code == 400
    assert is_in(client)


def test_the_identity_token_of_a_sign_in_is_no_word(provider: Provider, client: Client) -> None:
    browser.sign_in(client, provider)
    word = client.session["oidc_id_token"]
    assert send({"logout_token": word}).status_code == 400
    assert is_in(client)


@pytest.mark.parametrize("form", [{}, {"logout_token": ""}, {"logout_token": "x.y.z"}, {"logout_token": ["a", "b"]}])
def test_what_is_no_token_is_turned_away(form: Facts, provider: Provider) -> None:
    assert send(form).status_code == 400


def test_a_word_comes_as_a_plain_form_and_nothing_else_is_unpacked(provider: Provider, client: Client) -> None:
    """Section 2.5; a visitor without any proof fills neither memory nor disk with parts and files."""
    browser.sign_in(client, provider)
    word = token(HEADER, claims(provider), rsa_key())
    parts = Client().post(reverse("back_channel_logout"), {"logout_token": word, "more": BytesIO(b"x" * 100_000)})
    assert parts.status_code == 400
    assert is_in(client)
    assert send({"logout_token": word}).status_code == 200  # the control


def test_only_post_is_accepted(provider: Provider) -> None:
    assert Client().get(reverse("back_channel_logout")).status_code == 405


def test_a_provider_that_is_switched_off_has_no_word(provider: Provider, client: Client) -> None:
    browser.sign_in(client, provider)
    row = browser.row(provider)
    type(row).objects.filter(pk=row.pk).update(is_active=False)
    assert say(claims(provider)).status_code == 400


def test_a_provider_whose_keys_do_not_answer_gets_try_again(provider: Provider, client: Client) -> None:
    browser.sign_in(client, provider)
    discovery.forget()
    provider.plan.wire["/jwks"] = "hang_up"
    answer = say(claims(provider))
    assert answer.status_code == 503
    assert is_in(client)

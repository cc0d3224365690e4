"""A provider that tells the truth signs people in; the control of everything else here."""

import pytest
from django.test import Client

from apps.audit.models import Event
from apps.people.models import Identity, Person
from tests.identity import browser
from tests.identity.provider import Provider, ec_key, public

pytestmark = pytest.mark.django_db


def test_a_truthful_provider_signs_people_in(provider: Provider, client: Client) -> None:
    answer = browser.sign_in(client, provider, next="/datasets/")
    assert (answer.status_code, answer["Location"]) == (302, "/datasets/")
    person = browser.person_in(client)
    assert person is not None
    assert (person.name, person.email, person.email_verified) == ("Ann Holm", "ann@nordvik.example", True)
    assert Identity.objects.get().claims["email"] == "ann@nordvik.example"
    assert browser.refusals() == []
    assert Event.objects.filter(kind="person.signed_in").count() == 1


def test_after_the_first_sign_in_two_calls_are_enough(provider: Provider, client: Client) -> None:
    browser.sign_in(client, provider)
    provider.calls.clear()
    browser.sign_in(Client(), provider)
    assert provider.calls == ["/token", "/userinfo"]


def test_elliptic_keys_do_as_well(provider: Provider, client: Client) -> None:
    provider.signing_key, provider.published = ec_key(), [public(ec_key(), "an-elliptic-key")]
    browser.sign_in(client, provider)
    assert browser.person_in(client) is not None


def test_the_question_is_asked_as_the_protocol_wants(provider: Provider, client: Client) -> None:
    asked = browser.asked_of(browser.start(client, again="1"))
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 32
    assert len(asked["state"]) >= 32
    assert asked["redirect_uri"] == "http://testserver/oidc/callback/"
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")


def test_nobody_is_made_by_starting(provider: Provider, client: Client) -> None:
    browser.start(client)
    assert not Person.objects.exists()

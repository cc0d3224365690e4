"""Sign-ins during a change of the installation: a node dies, or the provider has another client secret already."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from apps.identity.oidc import interrupted
from apps.identity.oidc.backend import InstitutionalSignIn
from tests.identity import browser
from tests.identity.provider import CLIENT_SECRET, Provider

pytestmark = pytest.mark.django_db
START = "/oidc/authenticate/"


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def dies(*_args: object, **_facts: object) -> None:
    raise OperationalError("the node has lost its database")


def cut(visitor: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch, **asked: str) -> dict[str, Any]:
    """A sign-in up to the answer, which one node uses and does not survive; the answer."""
    said = provider.authorize(browser.asked_of(browser.start(visitor, **asked)))
    with monkeypatch.context() as node:
        node.setattr(InstitutionalSignIn, "authenticate", dies)
        assert browser.come_back(visitor, said).status_code >= 500
    return said


def asked_at(visitor: Client, address: str) -> dict[str, str]:
    """What the portal asks the provider when the browser follows this redirect."""
    return dict(parse_qsl(urlsplit(visitor.get(address)["Location"]).query))


def test_the_other_node_starts_the_sign_in_again(
    provider: Provider, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 41: a sign-in during a restart of a node was refused with 403. It ends where the person wanted to go."""
    said = cut(visitor, provider, monkeypatch, next="/requests/")
    again = browser.come_back(visitor, said)
    assert (again.status_code, urlsplit(again["Location"]).path) == (302, START)
    answer = browser.come_back(visitor, provider.authorize(asked_at(visitor, again["Location"])))
    assert (answer.status_code, answer["Location"]) == (302, "/requests/")
    assert browser.person_in(visitor) is not None
    assert browser.refusals() == []


def test_a_fresh_sign_in_stays_a_fresh_one(
    provider: Provider, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = browser.come_back(visitor, cut(visitor, provider, monkeypatch, again="1", next="/requests/"))
    asked = asked_at(visitor, again["Location"])
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")


def test_it_is_started_again_once_in_time_and_in_this_browser_only(
    provider: Provider, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T37, T38: what is sent a second time, by another browser or too late is refused as ever."""
    said = cut(visitor, provider, monkeypatch)
    assert browser.come_back(Client(), said).status_code == 403
    assert browser.come_back(visitor, {**said, "state": "s" * 32}).status_code == 403
    said = cut(visitor, provider, monkeypatch)
    assert browser.come_back(visitor, said).status_code == 302
    assert browser.come_back(visitor, said).status_code == 403
    said = cut(visitor, provider, monkeypatch)
    monkeypatch.setattr(interrupted, "LONGEST", -1)
    assert browser.come_back(visitor, said).status_code == 403
    assert browser.refusals() == ["state"] * 4


@pytest.mark.parametrize("how", ["silent", "link"])
def test_a_silent_question_and_a_further_identity_are_not_started_again(how: str, visitor: Client) -> None:
    request = type("Request", (), {"session": {}, "GET": {"state": "s"}})()
    entry = {"next": "/", "provider": "nordvik", "again": False, "factor": False, "silent": "", "link": ""}
    interrupted.note_begin(request, entry | {how: "x"})
    assert interrupted.address_to_start_again(request) == ""
    interrupted.note_begin(request, entry | {"factor": True})
    assert interrupted.address_to_start_again(request).startswith(f"{reverse('oidc_authentication_init')}?next=%2F&")


@pytest.mark.parametrize(("fallback", "status"), [(CLIENT_SECRET, 302), ("", 503)])
def test_the_fallback_is_tried_when_the_provider_refuses_the_client_secret(
    provider: Provider, visitor: Client, settings: Any, fallback: str, status: int
) -> None:
    """Case 41: with a provider that answers 401 as RFC 6749 says. The control: without a fallback nobody signs in."""
    settings.PROVIDER_SECRETS = {"home": "the-secret-of-yesterday-for-tests"}
    settings.PROVIDER_SECRET_FALLBACKS = {"home": fallback} if fallback else {}
    assert browser.sign_in(visitor, provider).status_code == status

"""What an odd or hostile answer of the identity provider, or of a visitor's browser, does to signing in."""

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.audit.record import Kind
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.identity.oidc import discovery
from apps.identity.oidc.authorize import SESSION
from apps.identity.oidc.backend import InstitutionalSignIn
from apps.identity.oidc.views import signed_in
from apps.people.commands.providers import provider_from_settings
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
STATE = "a-state"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A provider whose checked token and userinfo the test may bend."""
    says: dict[str, Any] = {
        "token": {"sub": "ann", "auth_time": int(clock.now().timestamp()), "acr": "mfa"},
        "userinfo": {"sub": "ann", "name": "Ann", "email": "ann@x.example", "email_verified": True},
    }
    provider_from_settings(by=CONSOLE)
    monkeypatch.setattr(discovery, "document_of", lambda _provider: {})
    kind = InstitutionalSignIn
    monkeypatch.setattr(kind, "get_token", lambda _self, _payload: {"id_token": "i", "access_token": "a"})
    monkeypatch.setattr(kind, "verify_token", lambda _self, _token, **_facts: says["token"])
    monkeypatch.setattr(kind, "get_userinfo", lambda _self, *_tokens: says["userinfo"])
    return says


def begun() -> dict[str, Any]:
    """What the portal keeps of a sign-in that has begun."""
    return {
        "nonce": "n",
        "code_verifier": "v" * 43,
        "added_on": time.time(),
        "provider": "home",
        "redirect_uri": f"http://testserver{reverse('oidc_authentication_callback')}",
    }


def come_back(client: Client | None = None) -> tuple[Client, Any]:
    client = client or Client()
    session = client.session
    session["oidc_states"] = {STATE: begun()}
    session.save()
    return client, client.get(reverse("oidc_authentication_callback"), {"code": "c", "state": STATE})


def refusals() -> list[str]:
    return [event.facts["why"] for event in Event.objects.filter(kind=Kind.SIGN_IN_REFUSED)]


def test_a_sign_in_in_order_opens_a_session(provider: dict[str, Any]) -> None:
    """The control: with everything in order the same steps sign Ann in."""
    client, _answer = come_back()
    assert client.session["_auth_user_id"]
    assert refusals() == []


def test_another_subject_in_the_userinfo_is_written_down(provider: dict[str, Any]) -> None:
    """Mixed-up tokens make no account and leave one event."""
    provider["userinfo"]["sub"] = "bob"
    client, answer = come_back()
    assert answer.status_code == 403
    assert "_auth_user_id" not in client.session
    assert not Person.objects.exists()
    assert len(refusals()) == 1


def test_a_deactivated_person_who_tries_is_written_down(provider: dict[str, Any]) -> None:
    """They stay out, and the attempt is in the log with their id."""
    come_back()
    ann = Person.objects.get(name="Ann")
    Person.objects.filter(pk=ann.pk).update(is_active=False)
    client, answer = come_back()
    assert answer.status_code == 403
    assert "_auth_user_id" not in client.session
    refused = Event.objects.get(kind=Kind.SIGN_IN_REFUSED)
    assert (refused.actor_id, refused.facts["why"]) == (ann.pk, "inactive")


@pytest.mark.parametrize("auth_time", [10**18, -(10**18), 1.7e12, True, "soon", None, float("inf"), float("nan")])
def test_an_odd_time_of_proof_breaks_no_page(provider: dict[str, Any], auth_time: Any) -> None:
    """Whatever the provider calls the time of its proof, it is good for no signature and breaks no page."""
    provider["token"]["auth_time"] = auth_time
    client, _answer = come_back()
    facts = client.session.get(SESSION)
    if facts is not None:
        request = type("Request", (), {"session": client.session})()
        assert signed_in(request).auth_time < clock.now() - stories.timedelta(minutes=11)


@pytest.mark.parametrize("name", ["Ann\x00", "Ann\nBcc: x@y.example", "Ann \u202egnp.exe"])
def test_a_name_holds_no_hidden_characters(provider: dict[str, Any], name: str) -> None:
    """A name is shown to committees, signed with and put into e-mails: no line ends, no turned writing direction."""
    provider["userinfo"]["name"] = name
    client, _answer = come_back()
    assert client.session["_auth_user_id"]
    assert not set(Person.objects.get().name) & set("\x00\n\r\u202e")


def test_a_provider_that_forgets_the_name_does_not_erase_it(provider: dict[str, Any]) -> None:
    """Who has no name can sign nothing; a claim left out once is no wish to be erased."""
    come_back()
    provider["userinfo"] = {"sub": "ann"}
    come_back()
    person = Person.objects.get()
    assert (person.name, person.email, person.email_verified) == ("Ann", "ann@x.example", True)


def test_nobody_is_signed_out_by_a_forged_no() -> None:
    """Somebody pretends that the provider said no: the plain page, and the session stands."""
    someone = stories.person()
    client = stories.client_for(someone)
    answer = client.get(reverse("oidc_authentication_callback"), {"error": "access_denied", "state": "unknown"})
    assert answer.status_code == 403
    assert client.session["_auth_user_id"] == str(someone.pk)
    assert refusals() == ["state"]


def test_the_answer_no_to_a_question_of_ours_counts_once(provider: dict[str, Any]) -> None:
    """Said twice, the second time it answers nothing that was asked."""
    client = Client()
    session = client.session
    session["oidc_states"] = {STATE: begun()}
    session.save()
    for _time in range(2):
        client.get(reverse("oidc_authentication_callback"), {"error": "access_denied", "state": STATE})
    assert refusals() == ["provider_said.access_denied", "state"]

"""Attacks on sessions, step-up and sign-out, each as somebody hostile would try it."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import InternalError
from django.test import Client, override_settings
from django.urls import reverse

from apps.core import clock
from apps.core.actors import CONSOLE
from apps.core.errors import NeedsSignIn
from apps.identity.commands.identities import deactivate, deactivate_provider, reactivate, split_identity
from apps.identity.commands.sessions import begin_session
from apps.identity.models import PersonSession
from apps.identity.oidc import views
from apps.people.models import Identity, Person
from apps.people.models import Provider as Row
from apps.people.rules import check_fresh
from apps.people.sign_in import SignIn
from tests import stories
from tests.identity import browser
from tests.identity.provider import Provider
from tests.identity.test_back_channel import HEADER, claims, is_in, say
from tests.identity.test_step_up import proved

pytestmark = pytest.mark.django_db
WORDS = "What Ann thinks of the purpose."


def kept_form(client: Client, referer: str = "http://testserver/account/tokens/") -> None:
    """Ann's sign-in is old, and she sends a form: it is saved."""
    proved(client, timedelta(hours=1))
    form = {"name": WORDS, "scopes": "read", "days": "1"}
    answer = client.post(reverse("tokens"), form, headers={"Referer": referer})
    assert answer.status_code == 401


# --------------------------------------------------------------------------------------------------- the saved form
def test_who_signs_in_after_somebody_else_neither_sees_nor_sends_their_form(provider: Provider, client: Client) -> None:
    """T29: in the same browser, by the step-up that Ann was sent to."""
    browser.sign_in(client, provider)
    kept_form(client)
    said = provider.authorize(browser.asked_of(browser.start(client, again="1", next="/sign-in/continue/")))
    assert WORDS in client.get("/sign-in/continue/").content.decode()  # the control: Ann herself sees it
    provider.person |= {"sub": "bob", "name": "Bob"}
    said = provider.authorize(browser.asked_of(browser.start(client, again="1", next="/sign-in/continue/")))
    assert browser.come_back(client, said)["Location"] == "/sign-in/continue/"
    bob = browser.person_in(client)
    assert bob is not None
    assert bob.name == "Bob"
    assert client.get("/sign-in/continue/")["Location"] == "/"
    assert "kept_form" not in client.session


def test_a_saved_form_belongs_to_whoever_typed_it_even_where_the_session_is_not_emptied(client: Client) -> None:
    """Should the browser's session ever pass from one person to another with what it holds."""
    ann, bob = stories.person(), stories.person()
    annes, bobs = stories.client_for(ann), stories.client_for(bob)
    kept_form(annes)
    session = bobs.session
    session["kept_form"] = annes.session["kept_form"]
    session.save()
    assert WORDS in annes.get("/sign-in/continue/").content.decode()
    assert bobs.get("/sign-in/continue/").status_code == 302


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "//evil.example"])
def test_the_way_back_from_a_form_stays_here(path: str) -> None:
    """T42: also when a page of this portal has an address that a browser would take for another host's."""
    client = stories.client_for(stories.person())
    kept_form(client, referer=f"http://testserver{path}")
    assert "evil" not in client.get("/sign-in/continue/").content.decode()


def test_once_more_asks_for_proof_once_more(provider: Provider, client: Client) -> None:
    """T29: whoever was sent to prove who they are, and was not asked there, is sent to prove it again, not around."""
    browser.sign_in(client, provider)
    provider.says["auth_time"] = 1
    page = browser.sign_in(client, provider, again="1", next="/sign-in/continue/").content.decode()
    assert "next=%2Fsign-in%2Fcontinue%2F&amp;again=1" in page


def test_a_proof_from_the_future_is_none() -> None:
    """T29."""
    now = clock.now()
    ahead, false = (SignIn(issuer="", acr="", auth_time=now + timedelta(seconds=n)) for n in (30, 120))
    check_fresh(ahead)  # the control: a clock that is a little ahead
    with pytest.raises(NeedsSignIn):
        check_fresh(false)


# ---------------------------------------------------------------------------------------- sign-out against sign-in
def in_flight(client: Client, provider: Provider) -> Any:
    """Everything of a sign-in but the return to the portal."""
    return provider.authorize(browser.asked_of(browser.start(client)))


@pytest.mark.parametrize("about", ["subject", "session", "both"])
def test_a_sign_in_under_way_when_the_person_signs_out_at_home_does_not_count(
    about: str, provider: Provider, client: Client
) -> None:
    """The word came first, the browser with its code after it: nobody is signed in by what has ended."""
    provider.says = {"sid": "one", "iat": int(time.time()) - 2}
    said = in_flight(client, provider)
    word = claims(provider, sid="one")
    for name in {"subject": ["sid"], "session": ["sub"], "both": []}[about]:
        del word[name]
    assert say(word).status_code == 200
    assert browser.come_back(client, said).status_code == 403
    assert not is_in(client)
    assert not PersonSession.objects.alive().exists()
    provider.says = {"sid": "two", "iat": int(time.time()) + 2}
    assert browser.sign_in(client, provider).status_code == 302  # the control: the next sign-in counts
    assert is_in(client)


def test_a_sign_in_of_another_session_counts_although_one_was_ended(provider: Provider, client: Client) -> None:
    provider.says = {"sid": "two"}
    said = in_flight(client, provider)
    word = claims(provider, sid="one")
    del word["sub"]
    assert say(word).status_code == 200
    assert browser.come_back(client, said).status_code == 302
    assert is_in(client)


def test_a_session_whose_provider_gave_no_sid_ends_by_its_subject(provider: Provider, client: Client) -> None:
    """Back-Channel Logout 1.0, 2.7: a word with both may speak of a session that never learned its sid."""
    browser.sign_in(client, provider)
    assert PersonSession.objects.get().sid == ""
    assert say(claims(provider, sid="never heard of")).status_code == 200
    assert not is_in(client)


def test_a_sid_is_stored_exactly(provider: Provider, client: Client) -> None:
    """Two spaces are not one: else the word about it would end nothing."""
    provider.says = {"sid": "a  b"}
    browser.sign_in(client, provider)
    word = claims(provider, sid="a  b")
    del word["sub"]
    say(word)
    assert not is_in(client)


@pytest.mark.parametrize("issuer", ["/realms/a~b", "/" + "x" * 250, "/a@b"])
def test_a_refused_word_of_a_provider_with_an_odd_address_is_no_fault_of_ours(
    issuer: str, provider: Provider, client: Client
) -> None:
    Row.objects.filter(issuer=provider.issuer).update(issuer=provider.issuer + issuer)
    said = claims(provider) | {"iss": provider.issuer + issuer}
    assert say(said, HEADER | {"jku": "https://elsewhere.example"}).status_code == 400


# -------------------------------------------------------------------------------- accounts that change under a sign-in
def between(monkeypatch: pytest.MonkeyPatch, deed: Any) -> None:
    """`deed` happens after the person was recognised and before their session begins."""
    whole = begin_session

    def late(*args: Any, **facts: Any) -> PersonSession:
        deed()
        return whole(*args, **facts)

    monkeypatch.setattr(views, "begin_session", late)


def test_an_account_closed_during_the_sign_in_gets_no_session(
    provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T26: not even one that would come alive when the account is opened again."""
    browser.sign_in(Client(), provider)
    ann, operator = Person.objects.get(), stories.operator()
    between(monkeypatch, lambda: deactivate(ann, by=operator))
    assert browser.sign_in(client, provider).status_code == 403
    reactivate(ann, by=operator)
    assert not is_in(client)


def test_an_identity_split_off_during_the_sign_in_does_not_open_the_old_account(
    provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in(Client(), provider)
    ann, operator = Person.objects.get(), stories.operator()
    Identity.objects.create(person=ann, issuer="https://other.example", subject="ann")
    wrong = Identity.objects.get(issuer=provider.issuer)
    reason = "The identity is another person's."
    between(monkeypatch, lambda: split_identity(wrong, by=operator, reason=reason))
    assert browser.sign_in(client, provider).status_code == 403
    assert not is_in(client)


def test_a_provider_switched_off_ends_the_sessions_it_began(provider: Provider, client: Client) -> None:
    """A provider that turned out to lie: whoever came in by it is out at the next request."""
    browser.sign_in(client, provider)
    other = stories.client_for(stories.person())
    deactivate_provider(Row.objects.get(issuer=provider.issuer), by=CONSOLE)
    assert not is_in(client)
    assert is_in(other)


# ------------------------------------------------------------------------------------------- one provider, not another
def test_what_one_provider_signed_is_not_shown_to_another(provider: Provider, second: Provider, client: Client) -> None:
    """Linking a second identity, then leaving: the first one's token goes to nobody but the first one."""
    for one in (provider, second):
        leave = {"end_session_endpoint": f"{one.issuer}/leave"}
        one.plan.metadata.append(lambda said, leave=leave: said | leave)
    browser.sign_in(client, provider, provider="nordvik")
    client.post(reverse("identity_link"))
    second.person["sub"] = "ann.holm"
    browser.sign_in(client, second, provider="saarela", link="1")
    assert Identity.objects.count() == 2
    assert client.post(reverse("oidc_logout"))["Location"].startswith(f"{provider.issuer}/leave?id_token_hint=")


def test_a_provider_without_a_sign_out_is_not_given_that_of_another(provider: Provider, client: Client) -> None:
    """The end-session address of the settings is the first provider's."""
    browser.sign_in(client, provider)
    assert provider.issuer != settings.OIDC_ISSUER
    with override_settings(OIDC_OP_LOGOUT_ENDPOINT="https://home.example/leave"):
        assert client.post(reverse("oidc_logout"))["Location"] == "/"
    browser.sign_in(client, provider)
    with override_settings(OIDC_OP_LOGOUT_ENDPOINT="https://home.example/leave", OIDC_ISSUER=provider.issuer):
        leave = client.post(reverse("oidc_logout"))["Location"]
    assert leave.startswith("https://home.example/leave?id_token_hint=")  # the control: its own


# ------------------------------------------------------------------------------------------------------- odd moments
def test_a_database_that_only_reads_is_a_pause_and_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """R3: while a standby takes over, the use of a session cannot be written down."""
    client = stories.client_for(stories.person(), raise_request_exception=False)
    now = clock.now()
    PersonSession.objects.update(seen_at=now - timedelta(minutes=2), started_at=now - timedelta(hours=1))

    def refused(*_args: Any, **_facts: Any) -> None:
        raise InternalError("cannot execute UPDATE in a read-only transaction")

    monkeypatch.setattr("apps.web.sign_in.session_middleware.record_session_use", refused)
    assert client.get("/account/").status_code == 503


def test_a_session_row_that_was_swept_away_leaves_a_visitor() -> None:
    """The cookie lives on in the browser; it opens nothing, and signing in again works as ever."""
    client = stories.client_for(stories.person())
    client.session.flush()
    answer = client.get("/account/")
    assert answer.status_code == 302
    assert client.get("/").status_code == 200


def test_a_script_gets_a_problem_document_when_the_session_is_over() -> None:
    """The saving of drafts: a way to another site is none that it could follow, and it would try without end."""
    client = stories.client_for(stories.person())
    PersonSession.objects.update(ended_at=clock.now(), ended_because="by_person")
    answer = client.post(f"/requests/{uuid4()}/autosave/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["detail"] == "Sign in again"

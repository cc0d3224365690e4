"""The attacks on sign-in that others have suffered, by their ids in the list of lessons."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.identity.commands.identities import deactivate
from apps.identity.oidc import discovery
from apps.people.models import Identity, Institution, Person
from apps.people.models import Provider as Row
from tests import stories
from tests.identity import browser
from tests.identity.provider import Provider, public, rsa_key

pytestmark = pytest.mark.django_db


# ----------------------------------------------------------------------------------------- who somebody is: T31-T33
@pytest.mark.parametrize("verified", [False, None, "true", "false", 1, [True]])
def test_an_address_never_leads_to_an_account(provider: Provider, client: Client, verified: Any) -> None:
    """T31, L50: not verified, left out or as a word: no link to the account of that address."""
    victim = stories.person(email="ann@nordvik.example")
    provider.person |= {"sub": "a stranger", "email_verified": verified}
    browser.sign_in(client, provider)
    stranger = browser.person_in(client)
    assert stranger is not None
    assert stranger.pk != victim.pk
    assert stranger.email_verified is False


def test_the_same_address_under_another_subject_is_another_person(provider: Provider, client: Client) -> None:
    """T32: also when both are verified."""
    browser.sign_in(client, provider)
    provider.person["sub"] = "ann2"
    browser.sign_in(Client(), provider)
    assert Person.objects.filter(email="ann@nordvik.example").count() == 2


def test_two_providers_with_the_same_address_make_two_people(
    provider: Provider, second: Provider, client: Client
) -> None:
    """T33, L5: also under the same subject."""
    browser.sign_in(client, provider, provider="nordvik")
    other = Client()
    browser.sign_in(other, second, provider="saarela")
    first, last = browser.person_in(client), browser.person_in(other)
    assert first is not None
    assert last is not None
    assert first.pk != last.pk
    assert (first.email, first.email_verified) == (last.email, last.email_verified)


# ------------------------------------------------------------------------------------- once, here, and now: T37, T38
def test_an_answer_counts_once(provider: Provider, client: Client) -> None:
    """T37, T38: the same answer sent again finds no state, and the nonce of another sign-in does not fit."""
    said = provider.authorize(browser.asked_of(browser.start(client)))
    assert browser.come_back(client, said).status_code == 302
    assert browser.come_back(client, said).status_code == 403
    provider.says["nonce"] = "the nonce of another sign-in"
    assert browser.sign_in(Client(), provider).status_code == 403
    assert browser.refusals() == ["state", "nonce"]


def test_an_answer_to_another_browser_is_nobodys(provider: Provider, client: Client) -> None:
    """T38: somebody else's state, in a browser with and without a sign-in of its own under way."""
    said = provider.authorize(browser.asked_of(browser.start(client)))
    assert browser.come_back(Client(), said).status_code == 403
    stranger = Client()
    browser.start(stranger)
    assert browser.come_back(stranger, said).status_code == 403
    assert not Person.objects.exists()


def test_an_answer_that_comes_too_late_is_refused(provider: Provider, client: Client) -> None:
    said = provider.authorize(browser.asked_of(browser.start(client)))
    session = client.session
    session["oidc_states"][said["state"]]["added_on"] -= 16 * 60
    session.save()
    assert browser.come_back(client, said).status_code == 403
    assert browser.refusals() == ["expired_start"]


def test_a_code_slipped_into_another_sign_in_is_refused(provider: Provider, client: Client) -> None:
    """T41: the thief's browser comes back with the victim's code; the verifier is the thief's."""
    victims = provider.authorize(browser.asked_of(browser.start(Client())))
    thiefs = provider.authorize(browser.asked_of(browser.start(client)))
    assert browser.come_back(client, {**thiefs, "code": victims["code"]}).status_code == 403
    assert not Person.objects.exists()


def test_a_missing_verifier_is_refused_by_the_provider(provider: Provider, client: Client) -> None:
    """T41: the verifier is sent, and without it this provider gives no token."""
    said = provider.authorize(browser.asked_of(browser.start(client)))
    session = client.session
    session["oidc_states"][said["state"]]["code_verifier"] = None
    session.save()
    assert browser.come_back(client, said).status_code == 403


# ---------------------------------------------------------------------------------------------------- where to: T42
ELSEWHERE = [
    "//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/", "%2f%2fevil.example",
    "javascript:alert(1)", "/x\r\nSet-Cookie: a=b", "\\\\evil.example", "///evil.example", "/\t/evil.example",
    "http:///evil.example", " //evil.example", "/\x00evil", "data:text/html,x", "evil.example", "/" + "x" * 3000,
    "/oidc/authenticate/",
]  # fmt: skip


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_next_stays_here(provider: Provider, client: Client, elsewhere: str) -> None:
    """T42, L49: whatever `next` says, one ends on a page of this portal; also by way of the list of institutions."""
    assert browser.sign_in(client, provider, next=elsewhere)["Location"] == "/"
    page = Client().get(reverse("sign_in"), {"next": elsewhere}).content.decode()
    assert not re.search(r'href="[^"]*evil', page)
    assert 'provider=nordvik&amp;next=%2F"' in page


@pytest.mark.parametrize("here", ["/", "/datasets/?q=a&access=open", "/requests/", "/datasets/x/#files"])
def test_next_leads_to_pages_of_the_portal(provider: Provider, client: Client, here: str) -> None:
    """The control of T42."""
    assert browser.sign_in(client, provider, next=here)["Location"] == here


# ------------------------------------------------------------------------------------------------------ keys: T39, T44
def test_keys_may_change_while_somebody_signs_in(provider: Provider, client: Client) -> None:
    """T44: a new key is found, and a withdrawn one is refused from then on."""
    assert browser.sign_in(client, provider).status_code == 302
    provider.signing_key, provider.published = rsa_key("new"), [public(rsa_key("new"), "the-key-of-tomorrow")]
    assert browser.sign_in(Client(), provider).status_code == 302
    provider.plan.header.append(lambda said: {**said, "kid": "the-key-of-today"})
    provider.plan.sign_with = rsa_key()
    assert browser.sign_in(Client(), provider).status_code == 403
    assert browser.refusals() == ["unknown_key"]


def test_unknown_keys_make_the_portal_look_once_in_half_a_minute(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T39: a flood of made-up key ids does not become a flood of calls."""
    now = [1000.0]
    monkeypatch.setattr(discovery, "clock", lambda: now[0])
    provider.plan.header.append(lambda said: {**said, "kid": "made up"})
    for _time in range(5):
        assert browser.sign_in(Client(), provider).status_code == 403
    assert provider.calls.count("/jwks") == 2
    now[0] += 31
    browser.sign_in(Client(), provider)
    assert provider.calls.count("/jwks") == 3


# ------------------------------------------------------------------------------------------------ mix-up: T45, RFC 9207
def test_an_answer_of_one_provider_does_not_count_for_another(
    provider: Provider, second: Provider, client: Client
) -> None:
    """T45: begun with one, ended with the other's code: the address of the answer betrays it, and so does the code."""
    said = second.authorize(browser.asked_of(browser.start(client, provider="nordvik")))
    assert browser.come_back(client, said).status_code == 403
    said = second.authorize(browser.asked_of(browser.start(client, provider="nordvik")))
    assert browser.come_back(client, {**said, "iss": provider.issuer}).status_code == 403
    assert browser.refusals() == ["answer_issuer", "status"]
    assert second.calls == ["/.well-known/openid-configuration"] * 0, "no code and no verifier went to the other one"


def test_a_provider_cannot_speak_for_another(provider: Provider, second: Provider, client: Client) -> None:
    """T34, T45: also a token that is signed and made out for us, but names the other issuer."""
    second.says["iss"] = provider.issuer
    assert browser.sign_in(client, second, provider="saarela").status_code == 403
    assert browser.refusals() == ["issuer"]


# ---------------------------------------------------------------------------------------------- what claims can do: T47
def test_claims_give_no_roles_and_no_foreign_institution(provider: Provider, client: Client) -> None:
    """T47, L50: no platform role, no membership, no institution or affiliation outside the provider's own, whatever
    is claimed.
    """
    mine = Institution.objects.create(name="Nordvik", country="NO", ror="https://ror.org/01abcde00")
    Institution.objects.create(name="Victim", country="NO", ror="https://ror.org/09zzzzz00")
    Row.objects.filter(issuer=provider.issuer).update(institution=mine, domains=["nordvik.example"])
    provider.person |= {
        "ror": "https://ror.org/09zzzzz00",
        "groups": ["operators"],
        "roles": ["auditor"],
        "is_superuser": True,
        "is_staff": True,
        "eduperson_scoped_affiliation": [
            "staff@nordvik.example",
            "staff@victim.example",
            "staff@evilnordvik.example",
            "staff@nordvik.example.evil.example",
        ],
    }
    browser.sign_in(client, provider)
    person = browser.person_in(client)
    assert person is not None
    assert person.institution == mine
    assert not person.platform_roles.exists()
    assert person.is_superuser is False
    assert Identity.objects.get().claims["scoped_affiliations"] == ["staff@nordvik.example"]


def test_a_federation_may_name_the_institutions_it_was_trusted_with(provider: Provider, client: Client) -> None:
    """The control of the above: an institution on the provider's list is taken from its claim, ORCID with its check."""
    named = Institution.objects.create(name="Saarela", country="FI", ror="https://ror.org/09zzzzz00")
    Row.objects.get(issuer=provider.issuer).allowed_institutions.add(named)
    Row.objects.filter(issuer=provider.issuer).update(claims={"orcid": "voperson_id"})
    provider.person |= {"ror": "09zzzzz00", "voperson_id": "https://orcid.org/0000-0002-1825-0097"}
    browser.sign_in(client, provider)
    person = browser.person_in(client)
    assert person is not None
    assert (person.institution, person.orcid) == (named, "0000-0002-1825-0097")


# ------------------------------------------------------------------------------------------------------ sessions: T23
def test_a_sign_in_changes_the_key_of_the_session(provider: Provider, client: Client) -> None:
    """T23, L19: at the first and at every later sign-in; the old key opens nothing."""
    keys = [browser.start(client).client.session.session_key]
    for _time in range(2):
        browser.sign_in(client, provider, again="1")
        keys.append(client.session.session_key)
    assert len(set(keys)) == 3
    for old in keys[:2]:
        thief = Client()
        thief.cookies["sessionid"] = old
        assert "_auth_user_id" not in thief.session


def test_a_new_sign_in_needs_fresh_proof(provider: Provider, client: Client) -> None:
    """T29: asked for proof, the provider answers with an old one: refused, and the session stands as it was."""
    browser.sign_in(client, provider)
    provider.says["auth_time"] = 1
    assert browser.sign_in(client, provider, again="1").status_code == 403
    assert browser.refusals() == ["not_fresh"]
    assert browser.person_in(client) is not None


def test_a_closed_account_stays_out(provider: Provider, client: Client) -> None:
    """T26: known, proved, and refused in a sentence that says so."""
    browser.sign_in(client, provider)
    person = browser.person_in(client)
    assert person is not None
    deactivate(person, by=stories.operator())
    assert browser.person_in(client) == person
    assert client.get(reverse("account")).status_code == 302, "out at the next request"
    answer = browser.sign_in(client, provider)
    assert answer.status_code == 403
    assert "This account is closed" in answer.content.decode()


# --------------------------------------------------------------------------------------------------- what it looks like
def test_a_refusal_is_a_plain_page_with_the_reference_of_its_event(provider: Provider, client: Client) -> None:
    """T43: the page says what to do and names the reference under which it was written down; never which check."""
    provider.says["aud"] = "another-client"
    answer = browser.sign_in(client, provider, next="/requests/")
    event = Event.objects.get(kind="person.sign_in_refused")
    page = answer.content.decode()
    assert event.correlation in page
    assert (event.actor_id, event.facts) == (None, {"why": "audience", "issuer": provider.issuer})
    assert "audience" not in page
    assert "next=%2Frequests%2F" in page
    assert answer["Cache-Control"] == "no-store"


def test_what_a_provider_says_is_not_shown(provider: Provider, client: Client) -> None:
    """T72: an error text from outside reaches neither the page nor the log."""
    asked = browser.asked_of(browser.start(client))
    said = {"state": asked["state"], "iss": provider.issuer, "error": "x<script>", "error_description": "<b>Pay</b>"}
    answer = browser.come_back(client, said)
    assert "Pay" not in answer.content.decode()
    assert browser.refusals() == ["provider_said.unreadable"]


def test_known_and_unknown_addresses_are_answered_alike(provider: Provider, client: Client) -> None:
    """L47: the list of institutions never says whether somebody has an account."""
    Row.objects.filter(issuer=provider.issuer).update(domains=["nordvik.example"])
    stories.person(email="known@nordvik.example")
    pages = [client.get(reverse("sign_in"), {"q": f"{who}@nordvik.example"}).content for who in ("known", "other")]
    pages = [re.sub(rb"[A-Za-z0-9]{64}", b"", page) for page in pages]  # the form's token is new on every page
    pages[1] = pages[1].replace(b"other@", b"known@").replace(b"other%40", b"known%40")
    assert pages[0] == pages[1]
    assert b"Nordvik University Hospital" in pages[0]

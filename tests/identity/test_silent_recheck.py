"""T47: while somebody works, the provider is asked again without a page (prompt=none); any answer ends well."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from apps.committees import commands as committees
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.grants.models import DownloadStop
from apps.identity.commands.identities import deactivate_provider
from apps.identity.commands.sessions import end_all_sessions
from apps.identity.models import PersonSession
from apps.identity.oidc import discovery
from apps.identity.oidc.silent_recheck import ASKED
from apps.people.commands.claims import add_platform_role_claim, end_platform_role_claim
from apps.people.models import Person, PlatformRole, PlatformRoleClaim, Provider
from apps.people.queries import has_platform_role
from tests import stories
from tests.identity import browser
from tests.identity import provider as loopback
from tests.identity.test_roles_from_claims import GROUP, ann, row_of, says

pytestmark = pytest.mark.django_db
HTML = {"Accept": "text/html,application/xhtml+xml"}
OPERATIONS = "/system-status/"


def operator(provider: loopback.Provider) -> tuple[Client, Person]:
    """Ann is an operator by her claim, and signed in."""
    person = ann(provider)
    add_platform_role_claim(row_of(provider), claim="groups", value=GROUP, role="operator", by=CONSOLE)
    says(provider, GROUP)
    client = Client(raise_request_exception=False)
    browser.sign_in(client, provider)
    return client, person


def later(minutes: float) -> None:
    """So much time goes by without a word of the provider's."""
    ago = timedelta(minutes=minutes)
    for session in PersonSession.objects.exclude(roles_confirmed_at=None):
        moved = session.roles_confirmed_at - ago if session.roles_confirmed_at else None
        PersonSession.objects.filter(pk=session.pk).update(roles_confirmed_at=moved)
    for role in PlatformRole.objects.exclude(claim=None):
        assert role.confirmed_until is not None
        PlatformRole.objects.filter(pk=role.pk).update(confirmed_until=role.confirmed_until - ago)


def waited(client: Client, minutes: float) -> None:
    """The last asking of this browser was so long ago."""
    session = client.session
    session[ASKED] = {**session[ASKED], "at": session[ASKED]["at"] - minutes * 60}
    session.save()


def looks(client: Client, path: str = OPERATIONS, **headers: str) -> Any:
    return client.get(path, headers=HTML | headers)


def goes_round(client: Client, provider: loopback.Provider, path: str = OPERATIONS, **answer: str) -> Any:
    """The page, its way to the provider, and back; `answer` is what the provider says instead of a code."""
    first = looks(client, path)
    assert first.status_code == 302, first.status_code
    assert first["Location"].startswith("/oidc/roles/?next=")
    away = client.get(first["Location"])
    asked = browser.asked_of(away)
    assert asked["prompt"] == "none"
    if answer:
        return browser.come_back(client, {"state": asked["state"], "iss": provider.issuer, **answer})
    return browser.come_back(client, provider.authorize(asked))


def test_t47_after_ten_minutes_the_next_page_asks_and_comes_back_to_itself(provider: loopback.Provider) -> None:
    client, person = operator(provider)
    key, session = client.session.session_key, PersonSession.objects.alive().get()
    later(9.5)
    assert looks(client).status_code == 200
    later(1)
    back = goes_round(client, provider, "/system-status/?x=1&y=2")
    assert back["Location"] == "/system-status/?x=1&y=2"
    assert looks(client).status_code == 200
    same = PersonSession.objects.alive().get()
    assert (same.pk, same.auth_time, same.started_at) == (session.pk, session.auth_time, session.started_at)
    assert client.session.session_key == key
    assert has_platform_role(person, "operator")
    assert PlatformRole.objects.filter(person=person).count() == 1


def test_t47_what_is_gone_at_home_is_gone_within_fifteen_minutes_of_work(provider: loopback.Provider) -> None:
    client, person = operator(provider)
    says(provider)
    later(10.5)
    goes_round(client, provider)
    assert not has_platform_role(person, "operator")
    assert looks(client).status_code == 403


def test_what_is_new_at_home_is_here_within_fifteen_minutes_and_the_session_has_a_new_key(
    provider: loopback.Provider,
) -> None:
    """T23: whoever may do more than before does it under a key nobody has seen."""
    client, person = operator(provider)
    add_platform_role_claim(row_of(provider), claim="groups", value="auditors", role="auditor", by=CONSOLE)
    says(provider, GROUP, "auditors")
    key = client.session.session_key
    later(10.5)
    goes_round(client, provider)
    assert has_platform_role(person, "auditor")
    assert client.session.session_key != key
    old = Client()
    old.cookies[settings.SESSION_COOKIE_NAME] = str(key)
    assert looks(old, "/account/")["Location"].startswith("/oidc/authenticate/")
    assert PersonSession.objects.alive().count() == 1
    assert looks(client, "/oversight/events/").status_code == 200


@pytest.mark.parametrize(
    "code",
    ["login_required", "interaction_required", "consent_required", "account_selection_required", "access_denied"],
)
def test_t47_a_provider_that_wants_to_ask_ends_the_role_and_never_a_loop(
    provider: loopback.Provider, code: str
) -> None:
    """It is asked once in this sign-in; the page works until the quarter of an hour is over, and then says why."""
    client, person = operator(provider)
    later(10.5)
    back = goes_round(client, provider, error=code)
    assert back["Location"] == OPERATIONS
    shown = looks(client)
    assert shown.status_code == 200
    assert "Sign in again to continue" in shown.content.decode()
    assert "Sign in again to continue" not in looks(client).content.decode()  # said once
    for minutes in (3, 3, 10, 60):
        later(minutes)
        assert looks(client, "/account/").status_code == 200  # never sent off again
    assert not has_platform_role(person, "operator")
    expired = looks(client)
    assert expired.status_code == 401
    assert "Sign in again to continue" in expired.content.decode()
    assert "next=%2Fsystem-status%2F&amp;again=1" in expired.content.decode()
    browser.sign_in(client, provider, again="1", next=OPERATIONS)
    assert looks(client).status_code == 200


def test_t47_a_provider_that_is_down_is_asked_again_later_and_the_page_says_why(provider: loopback.Provider) -> None:
    client, person = operator(provider)
    later(10.5)
    discovery.forget()
    provider.plan.wire["/.well-known/openid-configuration"] = "hang_up"
    first = looks(client)
    assert client.get(first["Location"])["Location"] == OPERATIONS
    assert "not responding" in looks(client).content.decode()
    later(5)
    assert not has_platform_role(person, "operator")
    expired = looks(client)
    assert expired.status_code == 401
    assert "not responding" in expired.content.decode()
    provider.plan.wire.clear()
    discovery.forget()
    waited(client, 6)
    goes_round(client, provider)
    assert looks(client).status_code == 200


def test_a_browser_that_never_comes_back_is_not_sent_again_at_once(provider: loopback.Provider) -> None:
    """The provider's own page is shown, or the person goes back: the portal goes on without."""
    client, _person = operator(provider)
    later(10.5)
    client.get(looks(client)["Location"])
    assert looks(client).status_code == 200
    waited(client, 4)
    assert looks(client).status_code == 200
    waited(client, 2)
    assert looks(client).status_code == 302


def test_t47_a_form_after_the_lapse_is_refused_with_the_reason_and_kept(provider: loopback.Provider) -> None:
    client, _person = operator(provider)
    later(16)
    fields = {"reason": "The storage is being moved tonight.", "_once": str(uuid4())}
    answer = client.post(
        "/system-status/downloads/stop/", fields, headers={"Referer": "http://testserver/system-status/"}
    )
    assert answer.status_code == 401
    assert "need confirmation from Nordvik University Hospital" in answer.content.decode()
    assert not DownloadStop.objects.exists()
    browser.sign_in(client, provider, again="1", next="/sign-in/continue/")
    kept = client.get("/sign-in/continue/")
    assert "The storage is being moved tonight." in kept.content.decode()
    assert client.post("/system-status/downloads/stop/", fields).status_code == 302
    assert DownloadStop.objects.count() == 1


@pytest.mark.parametrize(
    "asks",
    [
        lambda client: client.post("/language/", {"language": "en"}, headers=HTML),
        lambda client: looks(client, **{"X-Poll": "1"}),
        lambda client: client.get(OPERATIONS, headers={"Accept": "application/json"}),
        lambda client: client.get(OPERATIONS),
        lambda client: client.head(OPERATIONS, headers=HTML),
        lambda client: looks(client, **{"Sec-Fetch-Dest": "iframe"}),
        lambda client: looks(client, "/healthz"),
        lambda client: looks(client, "/api/v1/datasets"),
    ],
)
def test_only_a_page_that_somebody_looks_at_goes_round(provider: loopback.Provider, asks: Any) -> None:
    client, _person = operator(provider)
    later(10.5)
    answer = asks(client)
    assert "/oidc/" not in answer.headers.get("Location", "")


def test_t47_whoever_comes_back_must_be_who_sits_here(provider: loopback.Provider) -> None:
    """Somebody else's session at the provider confirms nothing, and signs nobody else in here."""
    client, person = operator(provider)
    later(10.5)
    provider.person |= {"sub": "eve", "name": "Eve", "email": "eve@nordvik.example"}
    goes_round(client, provider)
    assert browser.person_in(client) == person
    assert not Person.objects.filter(name="Eve").exists()
    session = PersonSession.objects.alive().get()
    assert session.roles_confirmed_at is not None
    assert session.roles_confirmed_at < clock.now() - timedelta(minutes=10)
    later(5)
    assert looks(client).status_code == 401


def test_t45_the_answer_of_another_provider_confirms_nothing(
    provider: loopback.Provider, second: loopback.Provider
) -> None:
    """T47, mix-up: a code of B under the state of A, with or without B's name."""
    client, _person = operator_of_two(provider)
    later(10.5)
    away = client.get(looks(client)["Location"])
    asked = browser.asked_of(away)
    second.person |= {"groups": [GROUP]}
    stolen = second.authorize(asked)
    before = PersonSession.objects.alive().get().roles_confirmed_at
    assert browser.come_back(client, stolen)["Location"] == OPERATIONS
    assert browser.come_back(client, stolen | {"iss": provider.issuer}).status_code == 403  # the state is used up
    assert PersonSession.objects.alive().get().roles_confirmed_at == before


def operator_of_two(provider: loopback.Provider) -> tuple[Client, Person]:
    """As above, where two providers are known and one must be named."""
    person = ann(provider)
    add_platform_role_claim(row_of(provider), claim="groups", value=GROUP, role="operator", by=CONSOLE)
    says(provider, GROUP)
    client = Client(raise_request_exception=False)
    browser.sign_in(client, provider, provider="nordvik")
    return client, person


def test_two_tabs_go_round_at_once(provider: loopback.Provider) -> None:
    """Each has its own state; the second answer finds everything done, and nobody is signed out."""
    client, person = operator(provider)
    later(10.5)
    first = looks(client)["Location"]
    second = looks(client, "/account/")["Location"]
    one = browser.asked_of(client.get(first))
    two = client.get(second)  # asked a moment ago: straight on
    assert two["Location"] == "/account/"
    assert browser.come_back(client, provider.authorize(one))["Location"] == OPERATIONS
    assert looks(client, "/account/").status_code == 200
    assert has_platform_role(person, "operator")
    assert PersonSession.objects.alive().count() == 1


def test_an_answer_that_comes_after_a_new_sign_in_changes_nothing(provider: loopback.Provider) -> None:
    """The new session is confirmed by its own sign-in, and goes on being asked."""
    client, person = operator(provider)
    later(10.5)
    old = browser.asked_of(client.get(looks(client)["Location"]))
    browser.sign_in(client, provider, again="1")
    late = {"state": old["state"], "iss": provider.issuer, "error": "login_required"}
    assert browser.come_back(client, late)["Location"] == OPERATIONS
    assert ASKED not in client.session
    assert has_platform_role(person, "operator")
    later(10.5)
    assert looks(client)["Location"].startswith("/oidc/roles/")


def test_the_address_that_asks_does_so_for_nobody_else_and_never_early(provider: loopback.Provider) -> None:
    """A link on another site can start nothing that was not due, and leads to no other site (T42)."""
    client, _person = operator(provider)
    for visitor in (Client(), stories.client_for(stories.person()), client):
        for onward, local in (("/account/", "/account/"), ("//evil.example", "/"), ("https://evil.example", "/")):
            answer = visitor.get("/oidc/roles/", {"next": onward})
            assert (answer.status_code, answer["Location"]) == (302, local)
    later(10.5)
    answer = client.get("/oidc/roles/", {"next": "/\\evil.example"})
    asked = browser.asked_of(answer)
    assert browser.come_back(client, provider.authorize(asked))["Location"] == "/"


def test_an_answer_after_the_session_ended_confirms_nothing(provider: loopback.Provider) -> None:
    client, person = operator(provider)
    later(10.5)
    asked = browser.asked_of(client.get(looks(client)["Location"]))
    end_all_sessions(person, by=person)
    assert browser.come_back(client, provider.authorize(asked)).status_code == 403
    later(5)
    assert not has_platform_role(person, "operator")
    assert browser.person_in(client) is None


def test_nobody_goes_round_at_a_provider_whose_claims_give_nothing(provider: loopback.Provider) -> None:
    ann(provider)
    client = Client()
    browser.sign_in(client, provider)
    session = PersonSession.objects.alive().get()
    assert session.roles_confirmed_at is None
    PersonSession.objects.update(started_at=clock.now() - timedelta(hours=2))
    assert looks(client, "/account/").status_code == 200


def test_a_mapping_that_ends_in_the_middle_of_a_session_sends_nobody_in_circles(provider: loopback.Provider) -> None:
    client, person = operator(provider)
    end_platform_role_claim(PlatformRoleClaim.objects.get(), by=CONSOLE)
    assert not has_platform_role(person, "operator")
    later(10.5)
    goes_round(client, provider)
    assert looks(client).status_code == 403
    assert PersonSession.objects.alive().get().roles_confirmed_at is None


def test_an_address_too_long_to_come_back_to_is_shown_at_once(provider: loopback.Provider) -> None:
    client, _person = operator(provider)
    later(10.5)
    assert looks(client, f"/system-status/?x={'y' * 2500}").status_code == 200


def test_the_rounds_are_not_kept_by_any_cache(provider: loopback.Provider) -> None:
    client, _person = operator(provider)
    later(10.5)
    first = looks(client)
    away = client.get(first["Location"])
    for answer in (first, away):
        assert "no-store" in answer["Cache-Control"]


def test_a_provider_switched_off_is_asked_no_more_and_its_sessions_and_roles_end(provider: loopback.Provider) -> None:
    client, person = operator(provider)
    asked = len(provider.calls)
    deactivate_provider(Provider.objects.get(issuer=provider.issuer), by=CONSOLE)
    later(10.5)
    assert looks(client)["Location"].startswith("/oidc/authenticate/")
    assert len(provider.calls) == asked
    later(5)
    assert not has_platform_role(person, "operator")


def test_a_lapsed_chair_sees_why_the_committee_page_is_closed(provider: loopback.Provider) -> None:
    committee_setup = stories.committee_setup()
    person = ann(provider)
    committee_setup.lose_chair()
    committees.add_member_claim(
        row_of(provider), claim="groups", value=GROUP, committee=committee_setup.committee, is_chair=True, by=CONSOLE
    )
    says(provider, GROUP)
    client = Client()
    browser.sign_in(client, provider)
    path = f"/committees/{committee_setup.committee.slug}/manage/"
    assert looks(client, path).status_code == 200
    person.members.update(confirmed_until=clock.now())
    later(16)
    answer = client.get(path)
    assert answer.status_code == 401
    assert str(committee_setup.committee) in answer.content.decode()

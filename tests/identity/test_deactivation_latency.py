"""A closed account, a lapsed affiliation, a sign-out at home: each counts at the next request, wherever it is made."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from apps.core import clock
from apps.core.actors import ANONYMOUS, SYSTEM
from apps.identity.commands.identities import deactivate
from apps.identity.models import PersonSession
from apps.people.commands.affiliations import confirm_affiliation, end_affiliation, extend_affiliation
from apps.people.models import Affiliation, Identity, Person, Provider
from apps.people.queries import affiliations_of
from apps.tokens.commands.devices import Pair, answer_device, find_device, redeem_device_code, request_device_code
from apps.tokens.commands.tokens import make_service_account, make_service_token
from tests import stories
from tests.identity import browser
from tests.identity import provider as loopback
from tests.identity.test_back_channel import claims, say

pytestmark = pytest.mark.django_db
WHY = "They left at the end of the month."
Deed = Callable[[stories.Access, loopback.Provider], None]


def deactivated(access: stories.Access, provider: loopback.Provider) -> None:
    deactivate(access.holder, by=stories.operator())


def affiliation_lapsed(access: stories.Access, provider: loopback.Provider) -> None:
    """The last moment of the year is the present one."""
    expiring = Affiliation.objects.filter(person=access.holder)
    assert expiring.exists()
    start = clock.now() - timedelta(days=365)
    expiring.update(starts_at=start, confirmed_at=start, valid_until=clock.now())


def affiliation_ended(access: stories.Access, provider: loopback.Provider) -> None:
    home = access.holder.institution
    assert home is not None
    end_affiliation(access.holder, institution=home, reason=WHY, by=stories.signing_official(home))


def moved_to_another(access: stories.Access, provider: loopback.Provider) -> None:
    """They are affiliated with another institution from now on, and no longer with the one of the agreement."""
    affiliation_lapsed(access, provider)
    other = stories.institution("Saarela Institute")
    Person.objects.filter(pk=access.holder.pk).update(institution=other)
    assert extend_affiliation(access.holder, institution=other, by=SYSTEM)
    assert affiliations_of(access.holder).get().institution == other


def signed_out_at_home(access: stories.Access, provider: loopback.Provider) -> None:
    assert say(claims(provider)).status_code == 200


DEEDS: dict[str, tuple[Deed, tuple[int, int, int]]] = {
    "the account is closed": (deactivated, (403, 401, 403)),
    "the affiliation lapses": (affiliation_lapsed, (403, 403, 410)),
    "the signing official ends the affiliation": (affiliation_ended, (403, 403, 410)),
    "the holder moves to another institution": (moved_to_another, (403, 403, 410)),
    "the provider's back-channel logout": (signed_out_at_home, (403, 401, 410)),
}


def known_at_home(person: Person, provider: loopback.Provider) -> Client:
    """The holder of the grant signs in at the provider, as its Ann."""
    row = Provider.objects.get(issuer=provider.issuer)
    Identity.objects.create(person=person, issuer=provider.issuer, subject="ann", provider=row)
    client = Client()
    browser.sign_in(client, provider)
    assert browser.person_in(client) == person
    return client


def authorised_program_here(person: Person) -> str:
    """The token of a program whose code was typed in the browser that is signed in already."""
    asked = request_device_code("gatehouse-cli", scopes=["download"], asked_from="", browser="", by=ANONYMOUS)
    found = find_device(asked.user_code, by=person)
    assert found is not None
    answer_device(found, approve=True, by=person)
    pair = redeem_device_code(asked.device_code, client_id="gatehouse-cli", by=ANONYMOUS)
    assert isinstance(pair, Pair)
    return pair.access


@pytest.mark.parametrize("name", DEEDS)
def test_it_takes_effect_on_the_next_request(
    name: str, provider: loopback.Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page, the API by every kind of token, and a link that was issued before; with the time each took."""
    deed, expected = DEEDS[name]
    access = stories.linked()
    client = known_at_home(access.holder, provider)
    secret = stories.token(access.holder, "download", "read")
    account = make_service_account("nightly", purpose="Runs every night.", days=30, by=access.holder)
    _row, service = make_service_token(account, name="x", scopes=["download"], days=7, by=access.holder)
    program = authorised_program_here(access.holder)

    def fetched(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return Client().get(f"/api/v1/files/{access.file.pk}/content", headers=headers).status_code

    asked: dict[str, Callable[[], int]] = {
        "page": lambda: client.post(f"/files/{access.file.pk}/").status_code,
        "API token": lambda: fetched(secret),
        "program's token": lambda: fetched(program),
        "service account's token": lambda: fetched(service),
        "issued link": lambda: Client().get(f"/d/{access.token}/x").status_code,
    }
    assert [ask() for ask in asked.values()] == [200] * 5
    deed(access, provider)
    begun = time.perf_counter()
    page, token, link = expected
    for (what, ask), status in zip(asked.items(), (page, token, token, token, link), strict=True):
        answered = ask()
        with capsys.disabled():
            print(f"    {name}: {what} answers {answered} after {(time.perf_counter() - begun) * 1000:.0f} ms")
        assert answered == status, what


def test_whoever_signs_in_again_has_everything_back(provider: loopback.Provider) -> None:
    access = stories.linked()
    client = known_at_home(access.holder, provider)
    say(claims(provider))
    assert Client().get(f"/d/{access.token}/x").status_code == 410
    browser.sign_in(client, provider)
    assert Client().get(f"/d/{access.token}/x").status_code == 200
    assert PersonSession.objects.alive().count() == 1


def test_when_the_first_institution_confirms_again_access_resumes_at_the_next_request(
    provider: loopback.Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    """The way back of who had moved: the link that was issued before opens again."""
    access = stories.linked()
    home = access.holder.institution
    assert home is not None
    official = stories.signing_official(home)
    moved_to_another(access, provider)
    assert Client().get(f"/d/{access.token}/x").status_code == 410
    confirm_affiliation(access.holder, institution=home, reason=WHY, by=official)
    begun = time.perf_counter()
    assert Client().get(f"/d/{access.token}/x").status_code == 200
    with capsys.disabled():
        print(f"    confirmed again: issued link answers 200 after {(time.perf_counter() - begun) * 1000:.0f} ms")


def test_a_sign_in_does_not_bring_back_what_the_official_ended() -> None:
    person = stories.person()
    home = person.institution
    assert home is not None
    official = stories.signing_official(home)
    end_affiliation(person, institution=home, reason=WHY, by=official)
    assert not extend_affiliation(person, institution=home, by=SYSTEM)
    assert not Affiliation.objects.active().filter(person=person).exists()
    confirm_affiliation(person, institution=home, reason=WHY, by=official)
    assert Affiliation.objects.active().filter(person=person).count() == 1
    assert extend_affiliation(person, institution=home, by=SYSTEM)  # the official's word opened it again

"""T46: acr and amr below the dataset's demand lead to a step-up and to no byte, on every page and endpoint."""

from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apps.audit.models import Event
from apps.audit.record import Kind
from apps.core.errors import Denied, Invalid, NeedsSecondFactor
from apps.datasets import commands as datasets
from apps.downloads import commands as downloads
from apps.downloads.models import DownloadLink
from apps.grants.backends import DOWNLOAD
from apps.grants.queries import lacks_only_second_factor, why
from apps.identity.commands.identities import link_identity
from apps.identity.models import PersonSession
from apps.people.models import Identity, Person, Provider
from tests import stories
from tests.identity import browser
from tests.identity import provider as loopback

pytestmark = pytest.mark.django_db
REFEDS = "https://refeds.org/profile/mfa"
STRONG: dict[str, Any] = {"amr": ["pwd", "otp"]}


def strict() -> stories.Access:
    """A grant on a dataset whose owner asks for a second factor from now on."""
    access = stories.granted()
    datasets.describe(access.published_dataset.dataset, by=access.owner, requires_second_factor=True)
    return access


def strong(person: Person) -> Person:
    """The person as a page sees them after a sign-in with a second factor."""
    found = Person.objects.get(pk=person.pk)
    found.second_factor = True
    return found


def page(access: stories.Access, **how: Any) -> int:
    return stories.client_for(access.holder, **how).post(f"/files/{access.file.pk}/").status_code


def api(access: stories.Access, path: str, **how: Any) -> int:
    maker = strong(access.holder) if how.get("second_factor") else access.holder
    bearer = {"Authorization": f"Bearer {stories.token(maker, 'download', 'read')}"}
    address = f"/api/v1/files/{access.file.pk}/{path}"
    if path == "content":
        return Client().get(address, headers=bearer).status_code
    return Client().post(address, headers=bearer, content_type="application/json").status_code


def the_why_page(access: stories.Access, **how: Any) -> int:
    """200 either way; counted as open when it says yes."""
    answer = stories.client_for(access.holder, **how).get(f"/datasets/{access.published_dataset.dataset.slug}/access/")
    return 200 if "Yes: all conditions below are met." in answer.content.decode() else 403


def permission(access: stories.Access, **how: Any) -> int:
    someone = strong(access.holder) if how.get("second_factor") else Person.objects.get(pk=access.holder.pk)
    return 200 if someone.has_perm(DOWNLOAD, access.file) else 403


PAGES: dict[str, Callable[..., int]] = {
    "page": page,
    "why page": the_why_page,
    "API, a link": lambda access, **how: api(access, "links", **how),
    "API, the bytes": lambda access, **how: api(access, "content", **how),
    "has_perm": permission,
}


@pytest.mark.parametrize("page", PAGES)
def test_t46_every_page_asks_for_the_second_factor(page: str) -> None:
    access = strict()
    assert PAGES[page](access) in {401, 403}
    assert not DownloadLink.objects.exists()
    assert not Event.objects.filter(kind=Kind.DOWNLOAD_STARTED).exists()
    assert PAGES[page](access, second_factor=True) in {200, 201}


@pytest.mark.parametrize("page", PAGES)
def test_t46_control_the_same_pages_open_where_no_second_factor_is_required(page: str) -> None:
    """Control: without the owner's demand each of them opens after an ordinary sign-in."""
    assert PAGES[page](stories.granted()) in {200, 201}


def test_t46_a_link_carries_what_the_sign_in_had_in_which_it_was_made() -> None:
    """A link made strongly opens for curl; one made weakly before the demand does not, also in a strong session."""
    access = stories.granted()
    _weak, before = downloads.make_link(access.file, by=access.holder)
    assert Client().get(f"/d/{before}/x").status_code == 200
    datasets.describe(access.published_dataset.dataset, by=access.owner, requires_second_factor=True)
    assert Client().get(f"/d/{before}/x").status_code == 403
    assert stories.client_for(access.holder, second_factor=True).get(f"/d/{before}/x").status_code == 403
    _strong, after = downloads.make_link(access.file, by=strong(access.holder))
    assert Client().get(f"/d/{after}/x").status_code == 200
    assert stories.client_for(access.holder).get(f"/d/{after}/x").status_code == 200
    why_not = Event.objects.filter(kind=Kind.DOWNLOAD_REFUSED).values_list("facts__why", flat=True)
    assert set(why_not) == {"second-factor"}


def test_t46_a_token_made_in_a_weak_sign_in_opens_no_such_data_ever() -> None:
    access = strict()
    secret = stories.token(access.holder, "download")
    stories.client_for(access.holder, second_factor=True)  # another session of theirs, with a second factor
    bearer = {"Authorization": f"Bearer {secret}"}
    answer = Client().get(f"/api/v1/files/{access.file.pk}/content", headers=bearer)
    assert answer.status_code == 403
    assert "second factor" in answer.json()["detail"]
    assert answer.json()["type"].endswith("second-factor")


def test_t46_a_second_factor_replaces_nothing_else() -> None:
    """Whoever has no grant gets nothing by it, and is not sent to their institution for nothing."""
    access = strict()
    stranger = strong(stories.person())
    with pytest.raises(Denied) as refusal:
        downloads.make_link(access.file, by=stranger)
    assert not isinstance(refusal.value, NeedsSecondFactor)
    assert not lacks_only_second_factor(stories.person(), access.file.pk)
    assert lacks_only_second_factor(access.holder, access.file.pk)
    facts = {fact.part: fact.holds for fact in why(access.holder, access.published_dataset.version).facts}
    assert [part for part, holds in facts.items() if not holds] == ["second_factor"]


def test_open_data_cannot_ask_for_what_a_visitor_has_not() -> None:
    published_dataset = stories.published_dataset(access="open")
    with pytest.raises(Invalid) as refusal:
        datasets.describe(published_dataset.dataset, by=published_dataset.owner, requires_second_factor=True)
    assert "requires_second_factor" in refusal.value.fields


def test_the_owner_asks_for_it_on_the_page_of_the_description() -> None:
    access = stories.granted()
    client = stories.client_for(access.owner)
    path = f"/my-datasets/{access.published_dataset.dataset.slug}/describe/"
    shown = client.get(path)
    fields = {name: value for name, value in shown.context["form"].initial.items() if value not in (None, "")}
    answer = client.post(path, {**fields, "requires_second_factor": "on", "_once": str(uuid4())})
    assert answer.status_code == 302
    access.published_dataset.dataset.refresh_from_db()
    assert access.published_dataset.dataset.requires_second_factor
    changed = Event.objects.filter(kind=Kind.DATASET_DESCRIBED).order_by("-pk").first()
    assert changed is not None
    assert changed.facts["fields"] == "requires_second_factor"


# ------------------------------------------------------------------------------------------- there and back again
def at_home(access: stories.Access, provider: loopback.Provider, **row: Any) -> Client:
    """The holder signs in at the provider, as its Ann, in the ordinary way."""
    known = browser.row(provider, **row)
    Identity.objects.create(person=access.holder, issuer=provider.issuer, subject="ann", provider=known)
    client = Client()
    browser.sign_in(client, provider, provider=known.slug)
    assert browser.person_in(client) == access.holder
    return client


def asked_for_a_link(client: Client, access: stories.Access) -> Any:
    here = f"/files/{access.file.pk}/"
    return client.post(here, {"_once": str(uuid4())}, headers={"Referer": f"http://testserver{here}"})


def way(answer: Any) -> str:
    """The button's address on the page that says what is missing."""
    text = unescape(answer.content.decode())
    return text[text.index("/oidc/authenticate/?next=%2Fsign-in%2Fcontinue") :].split('"')[0]


def test_t46_the_page_names_it_sends_to_the_provider_and_the_form_is_kept(provider: loopback.Provider) -> None:
    access = strict()
    client = at_home(access, provider, second_factor_acrs=[REFEDS, "urn:example:two"])
    first = asked_for_a_link(client, access)
    assert first.status_code == 401
    assert "second factor" in first.content.decode()
    away = client.get(way(first))
    asked = browser.asked_of(away)
    assert (asked["acr_values"], asked["prompt"], asked["max_age"]) == (f"{REFEDS} urn:example:two", "login", "0")
    provider.says = {"acr": REFEDS}
    back = browser.come_back(client, provider.authorize(asked))
    assert back["Location"] == "/sign-in/continue/"
    kept = client.get("/sign-in/continue/")
    assert kept.status_code == 200
    assert not DownloadLink.objects.exists()  # coming back sends nothing
    assert asked_for_a_link(client, access).status_code == 200
    assert DownloadLink.objects.get().second_factor
    assert client.get("/sign-in/continue/").status_code == 302  # and it is kept no longer


def test_t46_coming_back_without_it_is_refused_and_says_so_and_sends_nobody_round(provider: loopback.Provider) -> None:
    access = strict()
    client = at_home(access, provider)
    first = asked_for_a_link(client, access)
    browser.come_back(client, provider.authorize(browser.asked_of(client.get(way(first)))))
    kept = client.get("/sign-in/continue/")
    assert kept.status_code == 403
    assert "did not confirm a second factor" in kept.content.decode()
    again = asked_for_a_link(client, access)
    assert (again.status_code, again.has_header("Location")) == (403, False)
    assert "did not confirm a second factor" in again.content.decode()
    assert not DownloadLink.objects.exists()


def test_t46_a_provider_that_ignores_max_age_proves_nothing(provider: loopback.Provider) -> None:
    """An old proof does not count as the one that was asked for."""
    access = strict()
    client = at_home(access, provider)
    provider.says = STRONG | {"auth_time": 1_000_000}
    first = asked_for_a_link(client, access)
    answer = browser.come_back(client, provider.authorize(browser.asked_of(client.get(way(first)))))
    assert answer.status_code == 403
    assert browser.refusals()[-1] == "not_fresh"
    assert asked_for_a_link(client, access).status_code == 401


def test_t46_the_fact_is_of_this_sign_in_and_ends_with_it(provider: loopback.Provider) -> None:
    """The next sign-in says nothing about a second factor, so there is none; another provider's acr is not believed."""
    access = strict()
    provider.says = STRONG
    client = at_home(access, provider, second_factor_acrs=[])
    assert asked_for_a_link(client, access).status_code == 200
    assert PersonSession.objects.alive().get().second_factor
    for says in ({}, {"acr": REFEDS}, {"amr": ["pwd"]}, {"amr": ["MFA"]}):
        provider.says = says
        browser.sign_in(client, provider)
        assert asked_for_a_link(client, access).status_code == 401, says
    Provider.objects.update(second_factor_acrs=[REFEDS])
    provider.says = {"acr": REFEDS}
    browser.sign_in(client, provider)
    assert asked_for_a_link(client, access).status_code == 200


def test_t46_userinfo_cannot_say_it_only_the_signed_token_can(provider: loopback.Provider) -> None:
    access = strict()
    provider.plan.userinfo.append(lambda said: said | STRONG | {"acr": REFEDS})
    client = at_home(access, provider, second_factor_acrs=[REFEDS])
    assert asked_for_a_link(client, access).status_code == 401


def test_t46_linking_a_stronger_identity_does_not_lift_the_session(
    provider: loopback.Provider, second: loopback.Provider
) -> None:
    access = strict()
    client = at_home(access, provider)
    link_identity(
        access.holder,
        provider=Provider.objects.get(issuer=second.issuer),
        subject="ann",
        claims={},
        by=access.holder,
    )
    second.says = STRONG
    client.post("/account/identities/link/")
    asked = browser.asked_of(browser.start(client, provider="saarela", link="1", next="/account/"))
    browser.come_back(client, second.authorize(asked))
    assert asked_for_a_link(client, access).status_code == 401

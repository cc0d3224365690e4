"""Whatever an identity provider sends about a person: they complete the course, or learn at sign-in what is missing
and what to ask their institution. Each shape signs in through the provider on loopback.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from apps.access_requests import commands as requests
from apps.agreements.rules import check_typed_name
from apps.core.errors import DomainError
from apps.people.models import Institution, Person
from apps.people.models import Provider as Row
from apps.people.queries import missing_details
from tests import stories
from tests.identity import browser
from tests.identity.provider import Provider

pytestmark = pytest.mark.django_db
LONG, HIDDEN = "Wolfeschlegel" * 60, "\u202eAnn\u200b Holm\u202c"
Shape = dict[str, Any]
PARTS = 3
GONE = object()  # the claim is not sent

NAMES: dict[str, Shape] = {
    "a name": {"name": "Ann Holm"},
    "no name": {},
    "given and family name": {"given_name": "Ann", "family_name": "Holm"},
    "a given name": {"given_name": "Ann"},
    "a family name": {"family_name": "Holm"},
    "one name": {"name": "Suharto"},
    "null": {"name": None},
    "empty": {"name": ""},
    "spaces": {"name": "  "},
    "nothing seen": {"name": "\u200b\u2060"},
    "a list of one": {"name": ["Ann Holm"]},
    "a list of two": {"name": ["Ann Holm", "Ann H."]},
    "a number": {"name": 7},
    "an object": {"name": {"given": "Ann"}},
    "huge": {"name": LONG},
    "hidden characters": {"name": HIDDEN},
    "Arabic": {"name": "\u0644\u064a\u0644\u0649 \u062d\u062f\u0627\u062f"},
    "Chinese": {"name": "\u738b\u5c0f\u660e"},
    "lines": {"name": "Ann\r\nHolm"},
    "markup": {"name": "<b>Ann</b>"},
    "null with parts": {"name": None, "given_name": "Ann", "family_name": "Holm"},
    "lists of parts": {"given_name": ["Ann"], "family_name": ["Holm"]},
}
EMAILS: dict[str, Shape] = {
    "verified": {"email": "ann@nordvik.example", "email_verified": True},
    "none": {},
    "not verified": {"email": "ann@nordvik.example", "email_verified": False},
    "nothing said": {"email": "ann@nordvik.example"},
    "a word for yes": {"email": "ann@nordvik.example", "email_verified": "true"},
    "null": {"email": None, "email_verified": None},
    "a list": {"email": ["ann@nordvik.example"], "email_verified": True},
    "two": {"email": ["a@nordvik.example", "b@nordvik.example"], "email_verified": True},
    "no address": {"email": "ann", "email_verified": True},
    "a second header": {"email": "ann@nordvik.example\nBcc: x@y.example", "email_verified": True},
}
OTHERS: dict[str, Shape] = {
    "eppn only": {"eduperson_principal_name": "ann@nordvik.example"},
    "a pairwise subject": {"sub": "Q" * 255},
    "a subject of one character": {"sub": "7"},
    "affiliations": {"eduperson_scoped_affiliation": ["staff@nordvik.example"]},
    "an affiliation as a text": {"eduperson_scoped_affiliation": "member@nordvik.example"},
    "an alumnus": {"eduperson_scoped_affiliation": ["alum@nordvik.example"]},
    "affiliations of numbers": {"eduperson_scoped_affiliation": [1, 2]},
    "a thousand affiliations": {"eduperson_scoped_affiliation": [f"staff@{n}.example" for n in range(1000)]},
    "another institution": {"ror": "https://ror.org/05xxxxx00"},
    "a wrong ORCID": {"orcid": "0000-0002-1825-0098"},
    "an ORCID": {"orcid": "https://orcid.org/0000-0002-1825-0097"},
    "assurance of numbers": {"eduperson_assurance": [3]},
    "an address as a name": {"name": "ann@nordvik.example"},
}
TOKENS: dict[str, Shape] = {
    "no acr and amr": {"acr": GONE, "amr": GONE},
    "an acr": {"acr": "urn:example:mfa"},
    "an empty amr": {"amr": []},
    "no auth_time": {"auth_time": GONE},
    "acr null": {"acr": None},
    "acr a list": {"acr": ["x"]},
    "amr a text": {"amr": "pwd"},
    "amr null": {"amr": None},
    "sub null": {"sub": None},
    "sub empty": {"sub": ""},
    "sub a number": {"sub": 12345},
    "sub too long": {"sub": "a" * 256},
    "sub with characters outside ASCII": {"sub": "\u00e4nn"},
    "sub left out": {"sub": GONE},
    "auth_time a text": {"auth_time": "now"},
    "audience left out": {"aud": GONE},
}


def shapes() -> Iterator[tuple[str, Shape, Shape]]:
    """The name of a shape, what userinfo says, and what the identity token says beside the usual."""
    for (name, one), (mail, other) in product(NAMES.items(), EMAILS.items()):
        yield f"name: {name}; e-mail: {mail}", one | other, {}
    plain = NAMES["a name"] | EMAILS["verified"]
    for other_name, other in OTHERS.items():
        yield other_name, plain | other, {}
        yield f"{other_name}, no name", {key: said for key, said in other.items() if key != "name"}, {}
    for token_name, token in TOKENS.items():
        yield f"token: {token_name}", plain, token


@pytest.fixture
def home(provider: Provider) -> Provider:
    """The provider of one hospital."""
    row = Row.objects.get(issuer=provider.issuer)
    row.institution = Institution.objects.create(name="Nordvik", country="NO", domains=["nordvik.example"])
    row.domains = ["nordvik.example"]
    row.save()
    return provider


def send_claims(provider: Provider, number: int, said: Shape, token: Shape) -> None:
    provider.reset()
    provider.person = {"sub": f"shape-{number}", **said}
    provider.plan.claims.append(lambda claims: {k: v for k, v in (claims | token).items() if v is not GONE})


Outcome = tuple[str, ...]


def complete(client: Client, answer: HttpResponse, place: stories.PublishedDataset, seen: set[Outcome]) -> str:
    """Go on from the sign-in: enter a name if asked, request, and type the name to sign; what went wrong, if anything.

    A person without an affiliation is refused with the way out, and their account page has the words to ask for it.
    Of the shapes that lead to the same page with the same details missing, the first opens the pages; the others are
    asked only whether they have what the course needs.
    """
    person = browser.person_in(client)
    assert person is not None
    outcome = (answer["Location"].split("?")[0], *missing_details(person))
    if outcome in seen:
        return "" if person.name or answer["Location"].startswith("/account/name/") else "no name, and nobody asks"
    seen.add(outcome)
    return _through_the_pages(client, answer, place)


def _through_the_pages(client: Client, answer: HttpResponse, place: stories.PublishedDataset) -> str:
    if answer["Location"].startswith("/account/name/"):
        page = client.get(answer["Location"])
        if page.status_code != 200 or b"institution" not in page.content:
            return "the page for the name does not open"
        answer = client.post("/account/name/", {"name": "Ann Holm", "next": "/datasets/"})
    if answer.status_code != 302 or client.get(answer["Location"], follow=True).status_code != 200:
        return f"the next page does not open: {answer.status_code}"
    person = browser.person_in(client)
    assert person is not None
    words = client.get("/account/").content
    missing = [one for one in missing_details(person) if one != "name" or not person.name_entered]
    if missing and b"missing-words" not in words:
        return f"{missing} is missing, and nobody says so"
    return _request(person, place, missing)


def _request(person: Person, place: stories.PublishedDataset, missing: list[str]) -> str:
    try:
        case = stories.draft(published_dataset=place, applicant=person)
        requests.submit(case.request, by=person)
        check_typed_name(person, person.name)
    except DomainError as refusal:
        return "" if "affiliation" in missing and "affiliation" in refusal.sentence else str(refusal)
    return ""


def look_at(home: Provider, each: int = 1, first: int = 0) -> dict[str, str]:
    """What is wrong, by shape, of all shapes or of each so many, beginning with the `first` (from 0)."""
    place, wrong, numbers = stories.published_dataset(), {}, {"in": 0, "refused": 0}
    seen: set[Outcome] = set()
    for number, (name, said, token) in list(enumerate(shapes()))[first::each]:
        send_claims(home, number, said, token)
        client = Client()
        answer = browser.sign_in(client, home, next="/datasets/")
        if answer.status_code == 302:
            found, how = complete(client, answer, place, seen), "in"
        else:
            found, how = _told(answer), "refused"
        numbers[how] += 1
        if found:
            wrong[name] = found
    print(f"\n{sum(numbers.values())} claim shapes: {numbers}, {len(seen)} outcomes, {len(wrong)} dead ends")
    return wrong


def _told(answer: HttpResponse) -> str:
    """A refusal has its page: a reference, the way to start again, and a text for the institution."""
    page = answer.content.decode()
    wanted = ("institution-words", "/oidc/authenticate/", "OpenID Connect Core 1.0")
    lost = [one for one in wanted if one not in page]
    return f"{answer.status_code}: the page lacks {lost}" if lost or answer.status_code != 403 else ""


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.exhaustive) for part in range(1, PARTS))])
def test_every_claim_shape_leads_on(home: Provider, part: int) -> None:
    """`make test` signs in with every third shape: with each kind of name and of e-mail address at least once.

    `make test-all` signs in with all of them.
    """
    assert len(list(shapes())) >= 200
    assert look_at(home, each=PARTS, first=part) == {}


def test_the_first_part_has_a_sample_of_each_kind() -> None:
    """A control of the sample: each row of the four tables is in it."""
    names = "\n".join(name for name, _said, _token in list(shapes())[::PARTS]) + "\n"
    assert [one for one in NAMES if f"name: {one}; e-mail: " not in names] == []
    assert [one for one in EMAILS if f"; e-mail: {one}\n" not in names] == []


def test_a_planted_dead_end_is_found(home: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a person without a name who is not asked for one cannot go on."""
    monkeypatch.setattr("apps.identity.oidc.views.SignInCallback._next_page", lambda self: self.entry["next"])
    wrong = look_at(home, each=9)
    assert wrong and all("name" in shape for shape in wrong)


@pytest.mark.parametrize("what", ["reloaded", "twice in two tabs", "cookies lost", "back after signing out"])
def test_an_answer_that_comes_again_leads_to_a_new_start(home: Provider, what: str) -> None:
    """The page says so and starts again; the sign-in that worked goes on."""
    client = Client()
    begun = browser.asked_of(browser.start(client, next="/datasets/"))
    said = home.authorize(begun)
    if what == "twice in two tabs":
        other = home.authorize(browser.asked_of(browser.start(client, next="/requests/")))
        assert browser.come_back(client, other).status_code == 302
        assert browser.come_back(client, said).status_code in {302, 403}
    elif what == "cookies lost":
        assert browser.come_back(Client(), said).status_code == 403
        client = Client()
    else:
        assert browser.come_back(client, said).status_code == 302
        if what == "back after signing out":
            client.post("/oidc/logout/")
    again = browser.come_back(client, said)
    page = again.content.decode()
    assert again.status_code in {302, 403}
    if again.status_code == 403:
        assert "/oidc/authenticate/" in page and "institution-words" not in page
        home.authorize(begun)
        assert browser.sign_in(client, home).status_code == 302


def test_a_name_that_the_institution_sends_later_replaces_the_one_that_was_entered(home: Provider) -> None:
    send_claims(home, 1, {}, {})
    client = Client()
    browser.sign_in(client, home)
    for wrong in ("", "  ", "7", "ann@nordvik.example", "\u202eAnn Holm"):
        assert client.post("/account/name/", {"name": wrong}).status_code == 422
    assert client.post("/account/name/", {"name": " Ann   Holm "}).status_code == 302
    person = browser.person_in(client)
    assert person is not None and (person.name, person.name_entered) == ("Ann Holm", True)
    send_claims(home, 1, {"name": "Ann Bergstr\u00f6m"}, {})
    browser.sign_in(client, home)
    person.refresh_from_db()
    assert (person.name, person.name_entered) == ("Ann Bergstr\u00f6m", False)
    assert client.post("/account/name/", {"name": "Somebody Else"}).status_code == 403

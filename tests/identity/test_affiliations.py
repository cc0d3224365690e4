"""What a provider may claim about a person: its own institutions, their own domains, only who belongs there."""

from typing import Any

import pytest
from django.test import Client

from apps.core.actors import CONSOLE
from apps.core.errors import Invalid
from apps.identity.commands.identities import link_identity
from apps.people.commands.institutions import register_institution, set_domains
from apps.people.models import Affiliation, Identity, Institution, Person
from apps.people.models import Provider as Row
from tests import stories
from tests.identity import browser
from tests.identity.provider import Provider

pytestmark = pytest.mark.django_db
MINE, OTHER, FOREIGN = "https://ror.org/01abcde00", "https://ror.org/09zzzzz00", "https://ror.org/05xxxxx00"


@pytest.fixture
def gateway(provider: Provider) -> Provider:
    """A federation's gateway that may name two institutions, each with its domain; a third is known here as well."""
    row = Row.objects.get(issuer=provider.issuer)
    for ror, name in ((MINE, "nordvik"), (OTHER, "saarela"), (FOREIGN, "lindholm")):
        made = Institution.objects.create(name=name, country="NO", ror=ror, domains=[f"{name}.example"])
        if ror != FOREIGN:
            row.allowed_institutions.add(made)
    Row.objects.filter(pk=row.pk).update(domains=["nordvik.example", "saarela.example"])
    return provider


def affiliation(provider: Provider, **claims: Any) -> tuple[str, str]:
    """The institution and the affiliation of whoever signs in with these claims."""
    provider.person |= claims
    client = Client()
    browser.sign_in(client, provider)
    person = browser.person_in(client)
    found = Affiliation.objects.active().filter(person=person).select_related("institution").first()
    assert person is not None
    assert (person.institution is None) == (found is None)
    return (found.institution.name, found.scoped) if found else ("", "")


SCOPED = "eduperson_scoped_affiliation"
SAID: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "by its ROR id": ({"ror": MINE}, ("nordvik", "")),
    "by its ROR id and a fitting affiliation": (
        {"ror": MINE, SCOPED: ["staff@nordvik.example"]}, ("nordvik", "staff@nordvik.example")),
    "by the domain of an affiliation alone": (
        {SCOPED: ["member@saarela.example"]}, ("saarela", "member@saarela.example")),
    "a domain in capitals": ({SCOPED: "Staff@SAARELA.example"}, ("saarela", "Staff@SAARELA.example")),
    "an institution it may not name": ({"ror": FOREIGN}, ("", "")),
    "an affiliation of an institution it may not name": ({SCOPED: ["staff@lindholm.example"]}, ("", "")),
    "one institution, and the affiliation of another": ({"ror": MINE, SCOPED: ["staff@saarela.example"]}, ("", "")),
    "a domain below": ({SCOPED: ["staff@ward.nordvik.example"]}, ("", "")),
    "a domain that ends alike": ({SCOPED: ["staff@evilnordvik.example"]}, ("", "")),
    "two institutions at once": ({SCOPED: ["staff@nordvik.example", "student@saarela.example"]}, ("", "")),
    "an alumnus": ({"ror": MINE, SCOPED: ["alum@nordvik.example"]}, ("", "")),
    "a reader of the library": ({"ror": MINE, SCOPED: ["library-walk-in@nordvik.example"]}, ("", "")),
    "an affiliate": ({SCOPED: ["affiliate@nordvik.example"]}, ("", "")),
    "an alumnus who works there": (
        {"ror": MINE, SCOPED: ["alum@nordvik.example", "employee@nordvik.example"]},
        ("nordvik", "employee@nordvik.example")),
    "nothing": ({}, ("", "")),
    "a list for an id": ({"ror": [MINE]}, ("", "")),
    "a number for an affiliation": ({"ror": MINE, SCOPED: 7}, ("nordvik", "")),
}  # fmt: skip


@pytest.mark.parametrize("what", SAID)
def test_a_gateway_speaks_for_its_institutions_and_their_members_only(gateway: Provider, what: str) -> None:
    """L50, T47: exactly the domain, exactly the institution, and only who belongs to it."""
    claims, expected = SAID[what]
    assert affiliation(gateway, **claims) == expected


@pytest.mark.parametrize(
    ("claims", "stands"),
    [
        ({}, True), ({"ror": FOREIGN}, False), ({"ror": FOREIGN, SCOPED: "staff@nordvik.example"}, True),
        ({SCOPED: "affiliate@nordvik.example"}, False), ({"ror": "01abcde00"}, True),
    ],
)  # fmt: skip
def test_a_guest_of_the_institution_is_not_affiliated(gateway: Provider, claims: dict[str, Any], stands: bool) -> None:
    """A hospital's own provider knows guests too: who is said to be elsewhere must be said to be here."""
    own = Institution.objects.get(ror=MINE)
    row = Row.objects.get(issuer=gateway.issuer)
    row.allowed_institutions.clear()
    Row.objects.filter(pk=row.pk).update(institution=own, domains=["nordvik.example"])
    assert bool(affiliation(gateway, **claims)[0]) is stands


def test_a_word_that_was_given_stays_until_it_lapses_when_a_later_sign_in_says_less(gateway: Provider) -> None:
    assert affiliation(gateway, ror=MINE)[0] == "nordvik"
    gateway.person |= {"ror": FOREIGN}
    client = Client()
    browser.sign_in(client, gateway)
    person = browser.person_in(client)
    assert Affiliation.objects.active().get(person=person).institution.name == "nordvik"
    assert person is not None and person.institution is not None and person.institution.name == "nordvik"


def test_a_second_identity_brings_its_institution_and_the_home_stays(gateway: Provider) -> None:
    """Whoever has linked an account of two institutions is affiliated with both."""
    person, claims = stories.person(), {"name": "Ann", "scoped_affiliations": ["staff@nordvik.example"]}
    home, row, new = person.institution, Row.objects.get(issuer=gateway.issuer), Institution.objects.get(ror=MINE)
    assert link_identity(
        person, provider=row, subject="ann", claims=claims, institution=new, scoped="staff@nordvik.example", by=person
    )
    person.refresh_from_db()
    assert person.institution == home
    assert {one.institution for one in Affiliation.objects.active().filter(person=person)} == {home, new}


def test_the_account_page_shows_what_each_provider_told_and_when(gateway: Provider) -> None:
    claims = {"ror": MINE, "eduperson_assurance": ["https://refeds.org/assurance/IAP/high"]}
    gateway.person |= claims | {SCOPED: ["staff@nordvik.example", "staff@evil.example"]}
    client = Client()
    browser.sign_in(client, gateway)
    text = client.get("/account/").content.decode()
    for said in ("ann@nordvik.example", MINE, "staff@nordvik.example", "IAP/high", "Affiliation valid until"):
        assert said in text
    assert "staff@evil.example" not in text
    assert Identity.objects.get().claims["scoped_affiliations"] == ["staff@nordvik.example"]
    assert Person.objects.get().name in text


@pytest.mark.parametrize(
    "domain", ["nordvik", "@nordvik.example", "*.example", "a b.example", "nord\nvik.example", "x" * 260]
)
def test_a_domain_is_a_domain(domain: str) -> None:
    with pytest.raises(Invalid, match="not a valid domain name"):
        register_institution("Somewhere", country="NO", domains=["ok.example", domain], by=CONSOLE)


def test_domains_are_kept_in_one_form_and_can_be_changed() -> None:
    made = register_institution("Somewhere", country="NO", domains=[" B.Example", "a.example", ""], by=CONSOLE)
    assert made.domains == ["a.example", "b.example"]
    set_domains(made, domains=["c.example"], by=stories.operator())
    made.refresh_from_db()
    assert made.domains == ["c.example"]

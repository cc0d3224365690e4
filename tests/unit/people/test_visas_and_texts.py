"""Visas that count, accepted terms, texts of the portal and the search for a provider."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.core import clock
from apps.people import queries
from apps.people.models import Identity, Institution, Person, Provider, SiteText, Terms
from apps.people.models.visas import ACCEPTED_TERMS, RESEARCHER
from tests import stories
from tests.factories import rows

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
VISITOR = AnonymousUser()


def visa(of: Person, terms: Terms | None = None, **how: Any) -> Any:
    now = clock.now()
    facts: dict[str, Any] = {"starts_at": now - DAY, "expires_at": now + DAY, "gone_at": None, "untrusted_at": None}
    return rows.visa(of, terms=terms, **{**facts, "accepted": True, **how})


def test_the_visas_of_one_type_that_count_for_a_person() -> None:
    someone, terms = rows.person(), rows.terms(clock.now() - 9 * DAY)
    researcher, accepted = visa(someone), visa(someone, terms)
    for how in ({"accepted": False}, {"gone_at": clock.now()}, {"untrusted_at": clock.now()}):
        visa(someone, **how)
    visa(rows.person())
    assert list(queries.accepted_visas_of(someone, RESEARCHER)) == [researcher]
    assert list(queries.accepted_visas_of(someone, ACCEPTED_TERMS)) == [accepted]
    assert not queries.accepted_visas_of(VISITOR, RESEARCHER).exists()
    assert not queries.accepted_visas_of(someone, RESEARCHER, researcher.starts_at - TICK).exists()


def test_what_a_passport_contained_at_the_last_sign_in() -> None:
    someone = rows.person()
    refused, counts = visa(someone, accepted=False), visa(someone)
    visa(someone, gone_at=clock.now())
    visa(rows.person())
    found: list[Any] = list(queries.visas_of(someone).order_by("accepted"))
    assert found == [refused, counts]
    assert all(isinstance(one.asked_at, datetime) for one in found)
    assert not queries.visas_of(VISITOR).exists()


def test_the_issuers_that_are_trusted_today() -> None:
    someone = rows.person()
    trusted = visa(someone).trusted
    visa(someone, untrusted_at=clock.now() - DAY)
    assert list(queries.visa_issuers()) == [trusted]


def test_terms_are_accepted_here_or_at_home() -> None:
    here, at_home, nobody, now = rows.person(), rows.person(), rows.person(), clock.now()
    old, current = rows.terms(now - 9 * DAY), rows.terms(now - 5 * DAY)
    rows.acceptance(current, here, now - 2 * DAY)
    rows.acceptance(old, nobody, now - 2 * DAY)
    visa(at_home, current)
    visa(nobody, old)
    visa(nobody)

    def accepted(by: Any, at: datetime | None = None) -> set[Terms]:
        return set(Terms.objects.filter(queries.accepted_terms(by, at)))

    assert [accepted(one) for one in (here, at_home, nobody, VISITOR)] == [{current}, {current}, {old}, set()]
    assert [queries.has_accepted_terms(one) for one in (here, at_home, nobody, VISITOR)] == [True, True, False, False]
    assert [accepted(here, now - 2 * DAY + step) for step in (-TICK, 0 * TICK)] == [set(), {current}]


def test_the_newest_text_of_each_kind_and_language() -> None:
    made = {
        (kind, language, number): SiteText.objects.create(kind=kind, language=language, version=number, text="Text.")
        for kind in ("privacy", "accessibility")
        for language in ("en", "da")
        for number in (1, 2)
    }
    for kind in ("privacy", "accessibility"):
        for language in ("en", "da"):
            assert queries.newest_site_text(kind, language) == made[kind, language, 2]
    assert queries.newest_site_text("privacy", "sv") is None
    assert queries.site_texts() == {
        (kind, language): made[kind, language, 2] for kind in ("privacy", "accessibility") for language in ("en", "da")
    }


def test_identities_come_oldest_first() -> None:
    someone, now = rows.person(), clock.now()
    ages = {"new": 1, "old": 9, "middle": 5}
    made = {
        name: Identity.objects.create(issuer="https://h.test", subject=name, person=someone, linked_at=now - age * DAY)
        for name, age in ages.items()
    }
    Identity.objects.create(issuer="https://h.test", subject="else", person=rows.person())
    assert list(queries.identities_of(someone)) == [made["old"], made["middle"], made["new"]]
    assert not queries.identities_of(VISITOR).exists()


def provider(slug: str, **how: Any) -> Provider:
    facts = {"name": slug, "issuer": f"https://{slug}.test", "client_id": "g", "secret_name": "home"}
    return Provider.objects.create(slug=slug, **{**facts, **how})


def test_a_provider_is_found_by_every_word_or_by_its_domain() -> None:
    home = Institution.objects.create(name="Nordvik Hospital", country="NO")
    north = provider("north", name="Research login", institution=home, domains=["nordvik.example"])
    provider("south", name="Research portal", domains=["sydvik.example"])
    for words in ("research nordvik", "LOGIN", "ole@nordvik.example", "@NORDVIK.example ", "nordvik.example"):
        assert list(queries.providers_matching(words)) == [north], words
    for words in ("research elsewhere", "ole@vik.example", "vik.example"):
        assert list(queries.providers_matching(words)) == [], words
    assert set(queries.providers_matching("research")) == set(Provider.objects.filter(slug__in=["north", "south"]))
    ten = "research " * 10
    assert queries.providers_matching(ten + "nothing").count() == 2, "only ten words are looked for"
    assert queries.providers_matching("research " * 9 + "nothing").count() == 0


def test_the_officials_of_institutions_come_by_name() -> None:
    first, second, other = stories.institution(), stories.institution(), stories.institution()
    made = {name: stories.signing_official(first) for name in ("Cara", "Anna", "Bea")}
    for name, official in made.items():
        Person.objects.filter(pk=official.pk).update(name=name)
    theirs = stories.signing_official(second)
    stories.signing_official(other)
    found = queries.officials_of([first.pk, second.pk])
    assert found == {first.pk: [made["Anna"], made["Bea"], made["Cara"]], second.pk: [theirs]}

"""Sets of terms, site texts, providers and identities: which counts, and how it is found."""

from datetime import timedelta
from typing import Any

import pytest

from apps.people import queries
from apps.people.commands.people import accept_terms
from apps.people.models import Identity, Provider, SiteText
from tests import stories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def a_provider(slug: str = "home", **facts: Any) -> Provider:
    said = {"name": slug.title(), "issuer": f"https://{slug}.test", "client_id": "g", "secret_name": "home", **facts}
    return Provider.objects.create(slug=slug, **said)


def test_the_newest_terms_count() -> None:
    assert queries.current_terms() is None
    assert queries.terms_at("https://x.test/terms/1") is None
    first, second = stories.terms("One."), stories.terms("Two.")
    assert queries.current_terms() == second
    assert queries.terms_of_version(first.version) == first
    assert queries.terms_at(queries.address_of_terms(second)) == second
    assert queries.terms_at(queries.address_of_terms(first)) is None


def test_accepted_terms_are_the_persons_own_and_the_newest() -> None:
    someone, other = stories.person(), stories.person()
    first = stories.terms("One.")
    accept_terms(first, by=someone)
    assert queries.has_accepted_terms(someone)
    assert not queries.has_accepted_terms(other)
    stories.terms("Two.")
    assert not queries.has_accepted_terms(someone)


def test_the_newest_text_of_each_kind_and_language_counts() -> None:
    for kind, language, version in (("privacy", "en", 2), ("privacy", "en", 1), ("privacy", "da", 1)):
        SiteText.objects.create(kind=kind, language=language, version=version, text=f"{language} {version}")
    newest = queries.newest_site_text("privacy", "en")
    assert newest is not None and newest.version == 2
    assert queries.newest_site_text("accessibility", "en") is None
    found = {pair: one.version for pair, one in queries.site_texts().items()}
    assert found == {("privacy", "en"): 2, ("privacy", "da"): 1}


def test_a_provider_is_found_by_every_word_or_by_a_whole_domain() -> None:
    place = stories.institution("Fjordby University")
    fjordby = a_provider("fjordby", name="Campus login", institution=place, domains=["fjordby.no"])
    other, closed = a_provider("other"), a_provider("closed", is_active=False)

    def matching(words: str) -> list[Provider]:
        return list(queries.providers_matching(words))

    for words in ("campus", "fjordby LOGIN", "ada@Fjordby.no ", "fjordby.no", "campus " + "log " * 10 + "nothing"):
        assert matching(words) == [fjordby], words
    for words in ("campus other", "ada@sub.fjordby.no", "a@b", "closed"):
        assert matching(words) == [], words
    assert matching("campus l.ogin") == [], "with a space it is no domain"
    assert set(queries.providers()) == {fjordby, other}
    assert queries.provider_by_issuer(other.issuer) == other
    assert queries.provider_by_issuer(closed.issuer) is None


def test_identities_are_listed_oldest_first() -> None:
    someone, other = stories.person(), stories.person()
    first = queries.identities_of(someone).get()
    second = Identity.objects.create(
        person=someone, issuer="https://x.test", subject="s", linked_at=first.linked_at - DAY
    )
    assert list(queries.identities_of(someone)) == [second, first]
    assert first not in queries.identities_of(other)

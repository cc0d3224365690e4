"""A new version of the terms is a text, and another one than today's."""

from typing import Any

import pytest

from apps.core.errors import Invalid
from apps.people import rules
from apps.people.models import Identity, Provider, Terms, VisaIssuer
from tests.factories import rows

pytestmark = pytest.mark.django_db


def fields(check: Any, *args: Any, **facts: Any) -> set[str]:
    """The fields that are refused."""
    try:
        check(*args, **facts)
    except Invalid as refused:
        return set(refused.fields)
    return set()


def test_terms_have_a_text_that_is_not_the_one_of_today() -> None:
    assert fields(rules.check_terms, " ", "") == {"text"}
    assert fields(rules.check_terms, "One.", "Et.") == set()
    for number, (text, danish) in enumerate((("One.", "Et."), ("Two.", "To.")), start=1):
        Terms.objects.create(version=number, text=text, text_da=danish, sha256="0" * 64)
    assert fields(rules.check_terms, "Two.", "To.") == {"text"}
    assert fields(rules.check_terms, "One.", "Et.") == set(), "an earlier version may come back"
    assert fields(rules.check_terms, "Two.", "Et.") == set()
    assert fields(rules.check_terms, "One.", "To.") == set()


def provider(slug: str) -> Provider:
    facts = {"name": slug, "issuer": f"https://{slug}.test", "client_id": "g", "secret_name": "home"}
    return Provider.objects.create(slug=slug, **facts)


def test_a_short_name_is_used_once() -> None:
    provider("home")
    assert fields(rules.check_new_slug, Provider, "home") == {"slug"}
    assert fields(rules.check_new_slug, Provider, "other") == set()
    assert fields(rules.check_new_slug, VisaIssuer, "home") == set()


def test_an_issuer_with_which_people_signed_in_stays() -> None:
    home, other = provider("home"), provider("other")
    Identity.objects.create(person=rows.person(), issuer=home.issuer, subject="1", provider=home)
    assert rules._issuer_fault("home", home.issuer) == ""
    assert rules._issuer_fault("home", "https://new.test") != ""
    assert rules._issuer_fault("other", "https://new.test") == "", "nobody signed in through it"
    assert rules._issuer_fault("third", "https://new.test") == ""
    assert rules._issuer_fault("home", other.issuer) != ""

"""What may be entered about people, institutions, providers and visa issuers, at every limit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.core import clock
from apps.core.actors import ANONYMOUS, CONSOLE, SYSTEM
from apps.core.errors import Denied, Invalid, NeedsSignIn, WrongState
from apps.people import rules
from apps.people.models import Person, PlatformRole
from apps.people.sign_in import SignIn
from tests import stories


def wrong(check: Callable[..., object], *args: Any, **facts: Any) -> set[str]:
    """The fields that the check refuses; none if it passes."""
    try:
        check(*args, **facts)
    except Invalid as refused:
        return set(refused.fields)
    return set()


# ---------------------------------------------------------------------------------------------------------- people
def test_who_may_act_is_active_and_no_emergency_account() -> None:
    rules.check_active(Person())
    rules.check_not_break_glass(Person())
    rules.check_not_break_glass(AnonymousUser())
    for nobody in (Person(is_active=False), AnonymousUser(), ANONYMOUS):
        with pytest.raises(Denied):
            rules.check_active(nobody)
    with pytest.raises(Denied):
        rules.check_not_break_glass(Person(is_break_glass=True))


def test_only_the_actors_that_a_command_admits_pass() -> None:
    someone = Person()
    assert rules.check_person(someone) is someone
    assert rules.check_person_or(someone, CONSOLE) is someone
    assert rules.check_person_or(CONSOLE, CONSOLE, SYSTEM) is None
    assert rules.check_named(SYSTEM, CONSOLE, SYSTEM) is SYSTEM
    for refused in (
        lambda: rules.check_person(SYSTEM),
        lambda: rules.check_person(AnonymousUser()),
        lambda: rules.check_person_or(ANONYMOUS, CONSOLE, SYSTEM),
        lambda: rules.check_person_or(SYSTEM),
        lambda: rules.check_named(SYSTEM, CONSOLE),
        lambda: rules.check_named(someone, CONSOLE),
        lambda: rules.check_same(someone, Person()),
    ):
        with pytest.raises(Denied):
            refused()
    rules.check_same(someone, someone)


def test_a_name_is_entered_only_where_no_provider_sent_one() -> None:
    rules.check_can_enter_name(Person(name=""))
    rules.check_can_enter_name(Person(name="Ada Lind", name_entered=True))
    for refused in (Person(name="Ada Lind"), Person(name="", is_break_glass=True)):
        with pytest.raises(Denied):
            rules.check_can_enter_name(refused)
    assert wrong(rules.check_has_name, Person(name=" \u200b"), field="typed_name") == {"typed_name"}
    rules.check_has_name(Person(name="Ada Lind"))


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Ada Lind", "Ada Lind"),
        ("  Ada \n Lind ", "Ada Lind"),
        ("Åse", "Åse"),
        ("Bo", "Bo"),
        ("王芳", "王芳"),
        ("x" * 200, "x" * 200),
        ("1a", "1a"),
        ("x" * 201, None),
        ("x", None),
        ("12", None),
        ("", None),
        ("ada@lind", None),
        ("Ada\u202eLind", None),
        ("Ada\u200bLind", None),
    ],
)
def test_an_entered_name_has_2_to_200_characters(name: str, stored: str | None) -> None:
    if stored is None:
        assert wrong(rules.check_entered_name, name) == {"name"}
    else:
        assert rules.check_entered_name(name) == stored


def test_small_choices_are_made_from_their_lists() -> None:
    assert wrong(rules.check_time_zone, "Europe/Oslo") == set()
    assert wrong(rules.check_time_zone, "Europe/Atlantis") == {"time_zone"}
    assert wrong(rules.check_platform_role, "auditor") == set()
    assert wrong(rules.check_platform_role, "owner") == {"role"}
    for days in (1, 366):
        assert wrong(rules.check_platform_role_period, days) == set()
    for days in (0, 367):
        assert wrong(rules.check_platform_role_period, days) == {"days"}
    rules.check_affiliation_there(1)
    with pytest.raises(WrongState):
        rules.check_affiliation_there(0)


def test_a_site_text_has_a_known_kind_and_language_and_says_something() -> None:
    rules.check_site_text("privacy", "da", "Tekst")
    assert wrong(rules.check_site_text, "privacy", "da", " ") == {"text"}
    for kind, language in (("imprint", "da"), ("privacy", "xx")):
        with pytest.raises(Invalid) as refused:
            rules.check_site_text(kind, language, "Text")
        assert refused.value.fields == {}


def test_a_reason_has_ten_characters_that_can_be_seen() -> None:
    assert rules.check_reason(" 0123456789 ") == "0123456789"
    assert wrong(rules.check_reason, "012345678") == {"reason"}
    assert wrong(rules.check_reason, "012345678\u200b") == {"reason"}


def signed_in(before: timedelta) -> SignIn:
    return SignIn(issuer="https://idp.test", acr="", auth_time=clock.now() - before)


def test_a_sign_in_is_fresh_for_ten_minutes(noon: datetime) -> None:
    for passed in (timedelta(), timedelta(minutes=10), -timedelta(minutes=1)):
        rules.check_fresh(signed_in(passed))
    for passed in (timedelta(minutes=10, seconds=1), -timedelta(minutes=1, seconds=1)):
        with pytest.raises(NeedsSignIn):
            rules.check_fresh(signed_in(passed))


# ------------------------------------------------------------------------------------------ claims, issuers, domains
@pytest.mark.parametrize(
    ("claim", "value", "fields"),
    [
        ("groups", "dac", set()),
        ("g" * 200, "v" * 500, set()),
        ("g" * 201, "v" * 501, {"claim", "value"}),
        ("", "", {"claim", "value"}),
        (" groups", "dac ", {"claim", "value"}),
        ("email", "dac", {"claim"}),
    ],
)
def test_a_claim_is_mapped_by_its_exact_name_and_value(claim: str, value: str, fields: set[str]) -> None:
    assert wrong(rules.check_claim_rule, claim=claim, value=value) == fields


def test_a_domain_is_a_whole_name_and_listed_once() -> None:
    assert rules.check_domains([" UiO.no ", "", "uio.no", "a.example"]) == ["a.example", "uio.no"]
    for domain in ("no", "*.uio.no", "uio..no", "-a.no", "uio.no."):
        assert wrong(rules.check_domains, ["uio.no", domain]) == {"domains"}


ISSUER = {
    "slug": "elixir",
    "title": "Elixir",
    "issuer": "https://v.test",
    "jku": "https://v.test/jwk",
    "sources": ["https://s.test"],
}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, set()),
        ({"issuer": "http://v.test"}, {"issuer"}),
        ({"issuer": "https://v.test#x"}, {"issuer"}),
        ({"issuer": "https:///v"}, {"issuer"}),
        ({"jku": "ftp://v.test/jwk"}, {"jku"}),
        ({"issuer": "http://localhost:80", "jku": "http://127.0.0.1/jwk"}, set()),
        ({"issuer": "http://[::1]:80"}, set()),
        ({"sources": []}, {"sources"}),
        ({"sources": ["https://s.test", ""]}, {"sources"}),
        ({"sources": ["s" * 255]}, set()),
        ({"sources": ["s"]}, set()),
        ({"sources": ["s" * 256]}, {"sources"}),
        ({"slug": "a b"}, {"slug"}),
        ({"slug": "", "jku": ""}, {"slug", "jku"}),
        ({"title": " \u200b"}, {"title"}),
    ],
)
@pytest.mark.django_db
def test_a_visa_issuer_is_reached_by_https(change: dict[str, Any], fields: set[str]) -> None:
    assert wrong(rules.check_visa_issuer, **{**ISSUER, **change}) == fields


PROVIDER = {
    "slug": "nordvik",
    "name": "Nordvik",
    "issuer": "https://idp.test",
    "client_id": "gatehouse",
    "secret_name": "home",
}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, set()),
        ({"issuer": "http://idp.test"}, {"issuer"}),
        ({"issuer": "https://idp.test?tenant=1"}, {"issuer"}),
        ({"issuer": "https://idp.test#x"}, {"issuer"}),
        ({"issuer": "https:///x"}, {"issuer"}),
        ({"issuer": "http://localhost:80"}, set()),
        ({"issuer": "http://127.0.0.1"}, set()),
        ({"issuer": "http://[::1]:80"}, set()),
        ({"client_id": " "}, {"client_id"}),
        ({"secret_name": "nobody"}, {"secret_name"}),
        ({"algorithms": ["RS256"]}, set()),
        ({"algorithms": ["RS256", "HS256"]}, {"algorithms"}),
        ({"slug": "A"}, {"slug"}),
    ],
)
@pytest.mark.django_db
def test_a_provider_has_an_https_issuer_a_secret_and_key_pairs(change: dict[str, Any], fields: set[str]) -> None:
    assert wrong(rules.check_provider, **{**PROVIDER, **change}) == fields


@pytest.mark.django_db
def test_in_production_loopback_needs_https_too(settings: Any) -> None:
    settings.SIGN_IN_PLAIN_LOOPBACK = False
    assert wrong(rules.check_provider, **{**PROVIDER, "issuer": "http://localhost"}) == {"issuer"}
    assert wrong(rules.check_visa_issuer, **{**ISSUER, "issuer": "http://localhost"}) == {"issuer"}
    assert wrong(rules.check_visa_issuer, **ISSUER) == set()


# ---------------------------------------------------------------------------------------------- with the database
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "country", "ror", "fields"),
    [
        ("Fjordby University", "NO", "", set()),
        ("Fjordby University", "no", "https://ror.org/01aj84f44", set()),
        ("", "NOR", "https://ror.org/01aj84f4", {"name", "country", "ror"}),
        ("Fjordby University", "N1", "", {"country"}),
        ("Fjordby University", "ÆØ", "", {"country"}),
        ("Fjordby University", "N", "", {"country"}),
        (" the OLD one ", "NO", "", {"name"}),
    ],
)
def test_an_institution_has_a_new_name_a_country_and_maybe_a_ror_id(
    name: str, country: str, ror: str, fields: set[str]
) -> None:
    there = stories.institution()
    there.name = "The old one"
    there.save()
    assert wrong(rules.check_institution, name, country, ror) == fields


@pytest.mark.django_db
def test_auditors_read_and_operators_run() -> None:
    operator, auditor, other = stories.operator(), stories.auditor(), stories.person()
    rules.check_operator(operator)
    rules.check_operator(CONSOLE, CONSOLE)
    rules.check_auditor(auditor)
    for someone in (operator, auditor):
        rules.check_auditor_or_operator(someone)
    for refused in (
        lambda: rules.check_operator(auditor),
        lambda: rules.check_operator(SYSTEM, CONSOLE),
        lambda: rules.check_auditor(operator),
        lambda: rules.check_auditor_or_operator(other),
    ):
        with pytest.raises(Denied):
            refused()
    PlatformRole.objects.filter(person=operator).update(ends_at=clock.now())
    with pytest.raises(Denied):
        rules.check_auditor_or_operator(operator)


@pytest.mark.django_db
def test_an_official_speaks_for_other_people_of_their_institution() -> None:
    place, elsewhere = stories.institution(), stories.institution()
    official, colleague, stranger = (
        stories.signing_official(place),
        stories.person(at=place),
        stories.person(at=elsewhere),
    )
    rules.check_can_speak_for(official, place, colleague)
    old_account = stories.person(at=place)
    Person.objects.filter(pk=old_account.pk).update(merged_into=official)
    for institution, about in ((place, official), (place, old_account), (place, stranger), (elsewhere, stranger)):
        with pytest.raises(Denied):
            rules.check_can_speak_for(official, institution, about)
    with pytest.raises(Denied):
        rules.check_can_speak_for(colleague, place, official)
    for change in ({"is_break_glass": True}, {"is_active": False}):
        by = Person.objects.get(pk=official.pk)
        for name, value in change.items():
            setattr(by, name, value)
        with pytest.raises(Denied):
            rules.check_can_speak_for(by, place, colleague)


@pytest.mark.django_db
def test_a_current_affiliation_is_returned() -> None:
    someone = stories.person()
    assert rules.check_affiliated(someone).institution_id == someone.institution_id
    someone.affiliations.update(valid_until=clock.now())
    with pytest.raises(WrongState):
        rules.check_affiliated(someone)

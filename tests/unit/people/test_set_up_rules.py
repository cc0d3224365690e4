"""Who sets a portal up, that an operator is left to act, and what an institution, issuer and provider must be."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings

from apps.core.actors import CONSOLE, SYSTEM
from apps.core.errors import Denied, DomainError, Invalid, WrongState
from apps.identity.rules import check_open
from apps.people import rules
from apps.people.commands.people import give_platform_role
from apps.people.models import Identity, Institution, Person, Provider, VisaIssuer
from tests.factories import rows

pytestmark = pytest.mark.django_db


def refusal(check: Callable[..., object], *args: Any, **facts: Any) -> type[Exception] | None:
    """The kind of refusal; None if the check passes."""
    try:
        check(*args, **facts)
    except DomainError as refused:
        return type(refused)
    return None


def fields(check: Callable[..., object], *args: Any, **facts: Any) -> set[str]:
    """The fields that are refused."""
    try:
        check(*args, **facts)
    except Invalid as refused:
        return set(refused.fields)
    return set()


def operator(*, glass: bool = False) -> Person:
    someone = rows.person()
    give_platform_role(someone, kind="operator", days=30, by=CONSOLE)
    Person.objects.filter(pk=someone.pk).update(is_break_glass=glass)
    someone.refresh_from_db()
    return someone


def provider(slug: str) -> Provider:
    facts = {"name": slug, "issuer": f"https://{slug}.test", "client_id": "g", "secret_name": "home"}
    return Provider.objects.create(slug=slug, **facts)


# ------------------------------------------------------------------------------------------------- operators
def test_an_operator_with_an_account_of_their_own_sets_up() -> None:
    assert refusal(rules.check_can_set_up, operator()) is None
    assert refusal(rules.check_can_set_up, operator(glass=True)) is Denied
    assert refusal(rules.check_can_set_up, rows.person()) is Denied
    assert refusal(rules.check_can_set_up, CONSOLE) is Denied
    assert refusal(rules.check_can_set_up, CONSOLE, CONSOLE) is None
    assert refusal(rules.check_can_set_up, SYSTEM, CONSOLE) is Denied


def test_the_last_operator_stays() -> None:
    only = operator()
    operator(glass=True)
    assert refusal(rules.check_another_operator, only) is WrongState
    assert refusal(rules.check_another_operator, rows.person()) is None
    operator()
    assert refusal(rules.check_another_operator, only) is None


def test_the_first_operator_has_an_open_account_where_there_is_none() -> None:
    operator(glass=True)
    assert refusal(rules.check_no_operator) is None
    operator()
    assert refusal(rules.check_no_operator) is WrongState
    assert refusal(rules.check_first_operator, rows.person()) is None
    assert refusal(rules.check_first_operator, rows.person(active=False)) is not None
    assert refusal(rules.check_first_operator, rows.person(is_break_glass=True)) is Denied


def test_an_operator_can_sign_in_when_a_provider_is_switched_off() -> None:
    home, other, off = provider("home"), provider("other"), provider("off")
    Provider.objects.filter(pk=off.pk).update(is_active=False)

    def sign_in(someone: Person, through: Provider) -> None:
        Identity.objects.create(person=someone, issuer=through.issuer, subject=f"{someone.pk}", provider=through)

    acting = operator()
    sign_in(acting, home)
    sign_in(operator(), off)
    sign_in(operator(glass=True), other)
    sign_in(rows.person(), other)
    assert refusal(rules.check_operator_can_sign_in, home) is WrongState
    assert refusal(rules.check_operator_can_sign_in, other) is None
    sign_in(acting, other)
    assert refusal(rules.check_operator_can_sign_in, home) is None


def test_a_role_is_for_an_open_account_of_somebodys_own() -> None:
    assert refusal(rules.check_can_have_platform_role, rows.person()) is None
    assert fields(rules.check_can_have_platform_role, rows.person(active=False)) == {"code"}
    assert refusal(rules.check_can_have_platform_role, rows.person(is_break_glass=True)) is Denied


def test_an_account_that_is_closed_is_not_closed_again() -> None:
    assert refusal(check_open, rows.person()) is None
    assert refusal(check_open, rows.person(active=False)) is WrongState


# ------------------------------------------------------------------------------------------------- what is entered
def test_the_name_of_an_institution_is_its_own() -> None:
    known = Institution.objects.create(name="Nordvik", country="NO")
    other = Institution.objects.create(name="Sydvik", country="NO")
    assert fields(rules.check_institution, "nordvik ", "NO", "") == {"name"}
    assert fields(rules.check_institution, "nordvik ", "NO", "", known=known) == set()
    assert fields(rules.check_institution, "nordvik ", "NO", "", known=other) == {"name"}
    assert fields(rules.check_institution, "Vestvik", "NO", "", known=other) == set()


ISSUER: dict[str, Any] = {
    "issuer": "https://visas.example", "jku": "https://visas.example/jwk", "sources": ["https://a.example"],
    "title": "Visas",
}  # fmt: skip


def test_a_visa_issuer_is_entered_under_one_name() -> None:
    def wrong(slug: str = "visas", **how: Any) -> set[str]:
        return fields(rules.check_visa_issuer, slug=slug, **{**ISSUER, **how})

    assert wrong() == set()
    VisaIssuer.objects.create(slug="visas", **ISSUER)
    VisaIssuer.objects.create(slug="others", **{**ISSUER, "issuer": "https://others.example"})
    assert wrong() == set(), "itself"
    assert wrong(slug="second") == {"issuer"}
    assert wrong(slug="second", issuer="https://new.example") == set()
    assert wrong(issuer="https://[::1") == {"issuer"}, "no address at all"
    assert wrong(jku="visas.example") == {"jku"}


@override_settings(PROVIDER_SECRETS={"home": "secret"})
def test_each_fault_of_a_provider_is_said_at_its_field() -> None:
    facts: dict[str, Any] = {
        "name": "Home", "issuer": "https://home.test", "client_id": "g", "secret_name": "home",
        "algorithms": ["RS256"], "scopes": "openid email",
    }  # fmt: skip

    def wrong(slug: str = "home", **how: Any) -> set[str]:
        return fields(rules.check_provider, slug=slug, **{**facts, **how})

    assert wrong() == set()
    faults: dict[str, Any] = {
        "name": " ", "issuer": "home.test", "client_id": " ", "secret_name": "none", "algorithms": ["HS256"],
        "scopes": "email",
    }  # fmt: skip
    for field, value in faults.items():
        assert wrong(**{field: value}) == {field}
    assert wrong(slug="No Slug") == {"slug"}
    provider("home")
    assert wrong() == set(), "itself"
    assert wrong(slug="second") == {"issuer"}

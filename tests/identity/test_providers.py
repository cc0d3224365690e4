"""Providers are rows: added, listed and switched off at the command line; found by people on one page."""

import time
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.core.actors import CONSOLE
from apps.core.errors import Invalid
from apps.core.models import Heartbeat
from apps.identity.commands.identities import deactivate_provider
from apps.identity.oidc import provider_checks
from apps.people.commands.providers import provider_from_settings
from apps.people.models import Identity, Institution
from apps.people.models import Provider as Row
from apps.people.queries import providers, providers_matching
from apps.people.rules import check_provider
from tests import stories
from tests.identity import browser
from tests.identity.provider import Provider

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def add(slug: str = "orcid", **changed: str) -> str:
    facts = {"name": "ORCID", "issuer": "https://orcid.example", "client-id": "APP-1", "secret-name": "home", **changed}
    return run("provider", "add", slug, *[f"--{name}={value}" for name, value in facts.items()])


# ------------------------------------------------------------------------------------------------------ the commands
def test_a_provider_is_added_changed_and_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.management.commands.provider.document_of", lambda _provider: {})
    Institution.objects.create(name="Nordvik", country="NO", ror="https://ror.org/01abcde00")
    assert "ORCID" in add(ror="01abcde00", domain="Nordvik.example ", claim="orcid=sub")
    row = Row.objects.get()
    assert (row.institution and row.institution.name, row.domains, row.claims) == (
        "Nordvik",
        ["nordvik.example"],
        {"orcid": "sub"},
    )
    add(name="ORCID iD", **{"may-name": "01abcde00"})
    assert Row.objects.get().name == "ORCID iD"
    assert Row.objects.get().allowed_institutions.count() == 1
    assert "orcid" in run("provider", "list")
    run("provider", "deactivate", "orcid")
    assert "switched off" in run("provider", "list")
    assert not providers().exists()
    assert list(Event.objects.filter(kind__startswith="provider.").values_list("kind", flat=True)) == [
        "provider.added",
        "provider.added",
        "provider.deactivated",
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"issuer": "http://orcid.example"}, "as an https address"),
        ({"issuer": "orcid.example"}, "as an https address"),
        ({"client-id": " "}, "Enter the client ID"),
        ({"secret-name": "nowhere"}, "has no secret with this name"),
        ({"ror": "09zzzzz00"}, "No registered institution has the ROR ID"),
    ],
)
def test_a_provider_that_cannot_be_trusted_is_not_added(changed: dict[str, str], sentence: str) -> None:
    """T57: no http issuer, no missing audience, no missing secret."""
    with pytest.raises(CommandError, match=sentence):
        add(**changed)
    assert not Row.objects.exists()


def test_a_short_name_and_the_algorithms_are_held_to_their_lists() -> None:
    """T39: also the database takes no symmetric signature."""
    facts: dict[str, Any] = {"issuer": "https://x.example", "client_id": "c", "secret_name": "home"}
    with pytest.raises(Invalid):
        check_provider(slug="Two Words", name="X", **facts)
    with pytest.raises(Invalid):
        check_provider(slug="x", name="X", algorithms=["HS256"], **facts)
    for algorithms in (["HS256"], []):
        with pytest.raises(IntegrityError), transaction.atomic():
            Row.objects.create(slug="x", name="X", algorithms=algorithms, **facts)


def test_the_provider_of_the_settings_is_made_once(settings: Any) -> None:
    assert "home" in run("provider", "settings")
    assert provider_from_settings(by=CONSOLE) == Row.objects.get(issuer=settings.OIDC_ISSUER)
    with pytest.raises(CommandError, match="no provider with the short name"):
        run("provider", "deactivate", "nobody")


def test_a_visitors_click_that_makes_the_provider_of_the_settings_is_not_logged_as_the_command_line() -> None:
    browser.start(Client())
    assert list(Event.objects.filter(kind="provider.added").values_list("actor_kind", flat=True)) == ["system"]


def test_identities_are_shown_split_and_merged_at_the_command_line() -> None:
    one, two, operator = stories.person(), stories.person(), stories.operator()
    reason = "--reason=They showed both accounts to us on the telephone."
    run("identity", "merge", two.code, one.code, f"--by={operator.code}", reason)
    assert len(run("identity", "show", one.code).splitlines()) == 2
    moved = Identity.objects.filter(person=one).latest("linked_at")
    assert "belongs to the account P-" in run("identity", "split", str(moved.pk), f"--by={operator.code}", reason)
    for words, sentence in (
        (("merge", one.code, one.code, f"--by={operator.code}", reason), "two different people"),
        (("merge", two.code, one.code, f"--by={one.code}", reason), "Only an operator"),
        (("show", "P-0000-0000"), "Nobody has the colleague code"),
        (("split", str(one.pk), f"--by={operator.code}", reason), "no identity with this ID"),
    ):
        with pytest.raises(CommandError, match=sentence):
            run("identity", *words)


# --------------------------------------------------------------------------------------------------- finding one's own
def test_one_finds_an_institution_by_name_or_by_the_domain_of_an_address(
    provider: Provider, second: Provider, client: Client
) -> None:
    """L50: a domain counts as a whole, never by its ending."""
    Row.objects.filter(issuer=second.issuer).update(domains=["saarela.example"])

    def found(words: str) -> list[str]:
        return [one.slug for one in providers_matching(words)]

    assert found("") == ["nordvik", "saarela"]
    assert found("hospital nordvik") == ["nordvik"]
    assert found("anyone@saarela.example") == found("SAARELA.example") == ["saarela"]
    assert found("x@evilsaarela.example") == found("x@sub.saarela.example") == found("%") == []
    page = client.get(reverse("sign_in"), {"q": "saarela", "next": "/requests/"})
    assert "provider=saarela&amp;next=%2Frequests%2F" in page.content.decode()
    assert "Nordvik" not in page.content.decode()


def test_with_several_providers_one_is_asked_and_the_choice_is_remembered(
    provider: Provider, second: Provider, client: Client, settings: Any
) -> None:
    assert browser.start(client, next="/requests/")["Location"] == f"{reverse('sign_in')}?next=%2Frequests%2F"
    assert "Continue with" not in client.get(reverse("sign_in")).content.decode()
    kept = browser.start(client, provider="saarela").cookies[settings.PROVIDER_COOKIE_NAME]
    assert (kept.value, kept["httponly"], kept["samesite"]) == ("saarela", True, "Lax")
    assert "Continue with Saarela Institute" in client.get(reverse("sign_in")).content.decode()
    client.cookies[settings.PROVIDER_COOKIE_NAME] = "nobody"
    assert "Continue with" not in client.get(reverse("sign_in")).content.decode()


def test_signing_in_again_leads_to_the_same_provider(provider: Provider, second: Provider, client: Client) -> None:
    browser.sign_in(client, second, provider="saarela")
    assert browser.start(client, again="1")["Location"].startswith(second.issuer)


def test_a_provider_that_is_switched_off_signs_nobody_in(provider: Provider, second: Provider, client: Client) -> None:
    """Also whoever was on the way there; the other one goes on."""
    said = second.authorize(browser.asked_of(browser.start(client, provider="saarela")))
    deactivate_provider(Row.objects.get(issuer=second.issuer), by=CONSOLE)
    assert browser.come_back(client, said).status_code == 403
    assert browser.refusals() == ["provider"]
    assert browser.start(client, provider="saarela")["Location"].startswith(reverse("sign_in"))


def test_a_portal_without_a_secret_for_it_says_so_in_the_log(provider: Provider, client: Client, settings: Any) -> None:
    settings.PROVIDER_SECRETS = {}
    assert browser.sign_in(client, provider).status_code == 503
    assert browser.refusals() == ["no_secret"]


def test_a_wrong_secret_is_named_to_the_operator_until_a_sign_in_works(
    provider: Provider, client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Case 43: the operator read "Forbidden [ref]"."""
    right = dict(settings.PROVIDER_SECRETS)
    settings.PROVIDER_SECRETS = dict.fromkeys(right, "a-secret-of-last-year")
    assert browser.sign_in(client, provider).status_code == 503
    assert browser.refusals() == ["client_secret"]
    slug = Row.objects.get(issuer=provider.issuer).slug
    assert Heartbeat.objects.get(pk=f"sign-in:{slug}").cause == "client_secret"
    assert any(slug in one.getMessage() and "OIDC_CLIENT_SECRET" in one.getMessage() for one in caplog.records)
    settings.PROVIDER_SECRETS = right
    assert browser.sign_in(client, provider).status_code == 302
    assert Heartbeat.objects.get(pk=f"sign-in:{slug}").cause == ""


def test_a_clock_that_is_wrong_is_named_to_the_operator(provider: Provider, client: Client) -> None:
    """Case 43: every token is from the future."""
    provider.says |= {"iat": int(time.time()) + 900, "exp": int(time.time()) + 1800}
    assert browser.sign_in(client, provider).status_code == 403
    assert Heartbeat.objects.get(pk__startswith="sign-in:").cause == "clock"


def test_a_worker_finds_out_whether_a_provider_can_be_used(provider: Provider, second: Provider) -> None:
    provider_checks.check_providers()
    name = f"provider:{Row.objects.get(issuer=provider.issuer).slug}"
    assert Heartbeat.objects.get(pk=name).cause == ""
    provider.plan.wire["/jwks"] = "error"
    provider_checks.check_providers()
    assert Heartbeat.objects.get(pk=name).cause == "answer"
    assert Heartbeat.objects.filter(pk__startswith="provider:", cause="").count() == 1, "the other one goes on"


def test_a_provider_may_want_the_secret_in_the_form(provider: Provider, client: Client) -> None:
    """RFC 6749, 2.3.1: where the provider takes it no other way."""
    ways = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    provider.plan.metadata.append(lambda said: {**said, **ways})
    assert browser.sign_in(client, provider).status_code == 302


def test_the_strength_that_a_provider_is_asked_for_goes_along(provider: Provider, client: Client) -> None:
    """T46: asked for and written down; what it is good for, each dataset and step decides."""
    Row.objects.filter(issuer=provider.issuer).update(requested_acr="https://refeds.org/profile/mfa")
    assert browser.asked_of(browser.start(client))["acr_values"] == "https://refeds.org/profile/mfa"
    provider.says |= {"acr": "https://refeds.org/profile/mfa", "amr": ["pwd", "otp"]}
    browser.sign_in(client, provider)
    kept = client.session["sign_in"]
    assert (kept["acr"], kept["amr"]) == ("https://refeds.org/profile/mfa", ["pwd", "otp"])
    assert Identity.objects.get().claims["amr"] == ["pwd", "otp"]

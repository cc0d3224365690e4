"""What visas from home give access to, for how long, and from which source; what people and operators see of them."""

import time
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.core.errors import Invalid
from apps.grants.queries import may_download, why
from apps.identity.commands.identities import deactivate_provider, split_identity
from apps.people import wording
from apps.people.commands.providers import add_provider
from apps.people.commands.visas import trust_visa_issuer, untrust_visa_issuer
from apps.people.models import Identity, Visa, VisaIssuer
from apps.people.models import Provider as Row
from apps.people.queries import accepted_visas_of, address_of_terms, has_accepted_terms, terms_at, visas_of
from tests import stories
from tests.identity import browser
from tests.identity.provider import Provider
from tests.identity.visas import HOSTILE, STATUS, Issuer, read, sign_in, status

pytestmark = pytest.mark.django_db


# ------------------------------------------------------------------------------------------------------ what it opens
def accepted(terms: Any, **other: Any) -> dict[str, Any]:
    said = {"type": "AcceptedTermsAndPolicies", "value": address_of_terms(terms), "by": "self"}
    return status(**{**said, "asserted": int(time.time()), **other})


def test_researcher_status_and_accepted_terms_open_registered_data(provider: Provider, issuer: Issuer) -> None:
    terms, listed, closed = stories.terms(), stories.published_dataset(access="registered"), stories.published_dataset()
    _client, person = sign_in(provider, issuer.mint())
    assert not may_download(person, listed.file.pk)
    client, person = sign_in(provider, issuer.mint(), issuer.mint(accepted(terms)))
    assert has_accepted_terms(person)
    assert may_download(person, listed.file.pk)
    assert not may_download(person, closed.file.pk)
    page = client.get(f"/datasets/{listed.dataset.slug}/access/").content.decode()
    assert "A visa confirms that the person is a researcher" in page
    assert "A visa confirms that the terms are accepted" in page
    _client, person = sign_in(provider, issuer.mint(accepted(terms)))
    assert not may_download(person, listed.file.pk)
    failing = [fact.part for fact in why(person, listed.version).facts if not fact.holds]
    assert failing == ["affiliated"]


def test_new_terms_need_new_acceptance_and_old_visas_are_too_early(provider: Provider, issuer: Issuer) -> None:
    first, listed = stories.terms(), stories.published_dataset(access="registered")
    passport = [issuer.mint(), issuer.mint(accepted(first))]
    _client, person = sign_in(provider, *passport)
    assert may_download(person, listed.file.pk)
    second = stories.terms("Second.")
    assert not may_download(person, listed.file.pk)
    _client, person = sign_in(provider, *passport)
    assert {one.why for one in visas_of(person)} == {"", "other_terms"}
    sign_in(provider, issuer.mint(), issuer.mint(accepted(second, asserted=int(time.time()) - 3600)))
    assert {one.why for one in visas_of(person)} == {"", "too_early"}


def test_researcher_status_opens_no_controlled_data_without_an_institution(provider: Provider, issuer: Issuer) -> None:
    """The institution's own word is needed there; a visa is not enough."""
    _client, person = sign_in(provider, issuer.mint())
    published_dataset = stories.published_dataset()
    parts = {fact.part: fact.holds for fact in why(person, published_dataset.version).facts}
    assert parts["affiliated"] is False


def test_it_counts_until_it_expires_and_not_a_microsecond_longer(provider: Provider, issuer: Issuer) -> None:
    """T89."""
    terms, listed = stories.terms(), stories.published_dataset(access="registered")
    _client, person = sign_in(provider, issuer.mint(), issuer.mint(accepted(terms)))
    end = visas_of(person).earliest("expires_at").expires_at
    assert end is not None
    for offset, opened in ((-1, True), (0, False)):
        with clock.freeze(end + timedelta(microseconds=offset)):
            assert may_download(person, listed.file.pk) is opened


def test_what_is_missing_at_the_next_sign_in_no_longer_counts(provider: Provider, issuer: Issuer) -> None:
    _client, person = sign_in(provider, issuer.mint())
    assert accepted_visas_of(person, "ResearcherStatus").exists()
    during = clock.now()
    sign_in(provider)
    assert not accepted_visas_of(person, "ResearcherStatus").exists()
    assert accepted_visas_of(person, "ResearcherStatus", during).exists()
    assert not visas_of(person).exists()


def test_the_same_visa_issued_again_stays_one_row(provider: Provider, issuer: Issuer) -> None:
    said, now = status(), int(time.time())
    _client, person = sign_in(provider, issuer.mint(said, exp=now + 1000))
    sign_in(provider, issuer.mint(said, exp=now + 2000, jti="2"))
    one = Visa.objects.get(identity__person=person)
    assert one.expires_at is not None
    assert int(one.expires_at.timestamp()) == now + 2000
    assert Event.objects.filter(kind="visa.read", facts__accepted=1).count() == 2


def test_a_visa_without_an_end_counts_for_a_year(broker: Row, issuer: Issuer) -> None:
    found = read(broker, issuer.mint(exp=2**39))[0]
    assert found.why == ""
    assert found.expires_at is not None
    assert found.expires_at - clock.now() < timedelta(days=367)


# ---------------------------------------------------------------------------------------------------------- the source
def test_a_provider_without_trust_hands_over_nothing(provider: Provider, issuer: Issuer) -> None:
    _client, person = sign_in(provider, issuer.mint())
    browser.row(provider, trusts_visas=False)
    sign_in(provider, issuer.mint())
    assert not visas_of(person).exists()


@pytest.mark.parametrize("deed", ["trust ends", "switched off", "issuer doubted", "issuer changed"])
def test_trust_that_ends_ends_its_visas_at_the_next_request(provider: Provider, issuer: Issuer, deed: str) -> None:
    """T14, T16."""
    _client, person = sign_in(provider, issuer.mint())
    assert accepted_visas_of(person, "ResearcherStatus").exists()
    row = Row.objects.get(issuer=provider.issuer)
    facts = {"name": row.name, "issuer": row.issuer, "client_id": row.client_id, "secret_name": "home"}
    deeds = {
        "trust ends": lambda: add_provider(row.slug, by=CONSOLE, trusts_visas=False, **facts),
        "switched off": lambda: deactivate_provider(row, by=CONSOLE),
        "issuer doubted": lambda: untrust_visa_issuer(VisaIssuer.objects.get(), by=CONSOLE),
        "issuer changed": lambda: issuer.trust(row, sources=["https://other.example"]),
    }
    deeds[deed]()
    assert not accepted_visas_of(person, "ResearcherStatus").exists()


def test_the_visas_go_with_their_identity(provider: Provider, issuer: Issuer) -> None:
    """A split-off identity takes its visas along: they were never about the old person."""
    _client, person = sign_in(provider, issuer.mint())
    Identity.objects.create(issuer="https://other.test", subject="x", person=person)
    mine = Identity.objects.get(issuer=provider.issuer)
    new = split_identity(mine, by=stories.operator(), reason="It is somebody else's after all.")
    assert not visas_of(person).exists()
    assert visas_of(new).exists()


# ---------------------------------------------------------------------------------------------------------- the pages
def test_the_account_page_says_of_each_visa_what_it_is_good_for(provider: Provider, issuer: Issuer) -> None:
    """Every reason has its sentence; what a stranger wrote is shown as text (T72)."""
    passport = [make(issuer) for _why, make in list(HOSTILE.values())[:45]]
    script = issuer.mint(status(value="<script>alert(1)</script>"))
    client, person = sign_in(provider, issuer.mint(jti="good"), script, *passport)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/account/").content.decode()
    assert len([one for one in asked if one["sql"].startswith("SELECT")]) <= 12
    assert "<script>alert(1)" not in page
    assert "Counts as an affiliation for registered access." in page
    for row in visas_of(person):
        words = wording.visa_in_words(row)
        assert words["says"]
        assert words["counts"] is (row.why == "")


def test_the_terms_have_a_lasting_address_that_everybody_can_read() -> None:
    first, second = stories.terms("The first."), stories.terms("The second.")
    answers = [Client().get(f"/terms/{one.version}/").content.decode() for one in (first, second)]
    assert ["The first." in one for one in answers] == [True, False]
    assert ["are no longer valid" in one for one in answers] == [True, False]
    assert Client().get("/terms/99999/").status_code == 404
    assert address_of_terms(second) == f"{settings.PORTAL_ADDRESS}/terms/{second.version}/"


@pytest.mark.parametrize("odd", ["", "/terms/1/", "http://testserver/terms/1", "http://testserver/terms/01/", STATUS])
def test_only_the_very_address_of_the_terms_is_theirs(odd: str) -> None:
    stories.terms()
    assert terms_at(odd) is None


# ---------------------------------------------------------------------------------------------------- the command line
def run(*words: str) -> str:
    out = StringIO()
    call_command("visa_issuer", *words, stdout=out)
    return out.getvalue()


def test_the_command_adds_lists_and_ends(broker: Row) -> None:
    words = [
        "--name",
        "Life",
        "--issuer",
        "https://v.example",
        "--jku",
        "https://v.example/jwk",
        "--source",
        "https://v",
    ]
    assert run("add", "life", *words, "--subjects-of", broker.slug)
    assert VisaIssuer.objects.get().provider == broker
    assert "https://v.example/jwk" in run("list") and "trusted" in run("list")
    assert run("end", "life")
    assert "ended" in run("list")
    assert run("add", "life", *words) and "trusted" in run("list")
    assert VisaIssuer.objects.get().ended_at is None


def test_the_command_says_what_does_not_fit() -> None:
    with pytest.raises(CommandError, match="https address"):
        run("add", "x", "--name", "X", "--issuer", "http://x.example", "--jku", "ftp://x", "--source", "https://x")
    with pytest.raises(CommandError, match="no visa issuer"):
        run("end", "nobody")
    with pytest.raises(CommandError, match="no provider"):
        run(
            "add",
            "x",
            "--name",
            "X",
            "--issuer",
            "https://x",
            "--jku",
            "https://x/k",
            "--source",
            "s",
            "--subjects-of",
            "y",
        )
    with pytest.raises(Invalid) as refusal:
        trust_visa_issuer("X Y", by=CONSOLE, title="X", issuer="x", jku="https://x", sources=[])
    assert set(refusal.value.fields) == {"slug", "issuer", "sources"}

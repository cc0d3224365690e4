"""Visas from home (GA4GH Passport 1.2): what is honoured, what is left aside; a bad one costs nobody a sign-in."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts import commands, queries, wording
from apps.accounts.models import Identity, Person, Visa, VisaIssuer
from apps.accounts.models import Provider as Row
from apps.accounts.oidc import documents, passports
from apps.accounts.visas import Brought
from apps.audit.models import Event
from apps.core import clock
from apps.core.errors import Invalid
from apps.grants.queries import may_download, why
from tests import stories
from tests.sign_in import browser, visas
from tests.sign_in.provider import Provider, ec_key, public, rsa_key, serving
from tests.sign_in.visas import HOSTILE, STATUS, Issuer, links, role, status

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running_issuer() -> Iterator[Provider]:
    with serving() as server:
        yield server


@pytest.fixture
def broker(provider: Provider) -> Row:
    """The provider of the other tests, whose word about visas is taken."""
    return browser.row(provider, trusts_visas=True)


@pytest.fixture
def issuer(running_issuer: Provider, broker: Row) -> Issuer:
    running_issuer.reset()
    made = Issuer(running_issuer)
    made.believed(broker)
    return made


def read(broker: Row, *tokens: Any, subject: str = "ann") -> list[Brought]:
    return passports.visas_of(broker, subject, {"ga4gh_passport_v1": list(tokens)}, now=clock.now().timestamp())


def whys(broker: Row, *tokens: Any) -> list[str]:
    return [one.why for one in read(broker, *tokens)]


def sign_in(provider: Provider, *tokens: Any) -> tuple[Client, Person]:
    """Ann signs in and brings these visas."""
    provider.person["ga4gh_passport_v1"] = list(tokens)
    client = Client(raise_request_exception=False)
    answer = browser.sign_in(client, provider)
    assert answer.status_code == 302, answer.content.decode()[-500:]
    person = browser.person_in(client)
    assert person is not None
    return client, person


# ------------------------------------------------------------------------------------------------------------ hostile
@pytest.mark.parametrize("name", HOSTILE)
def test_a_visa_that_is_wrong_is_left_aside_for_what_is_wrong(broker: Row, issuer: Issuer, name: str) -> None:
    """T34, T36, T39: each alone, and beside a good one that is honoured all the same."""
    expected, make = HOSTILE[name]
    bad, good = make(issuer), issuer.mint(jti="another")
    assert whys(broker, bad, good) == [expected, ""]


@pytest.mark.parametrize("name", [name for name, (expected, _make) in HOSTILE.items() if expected in {"jku", "issuer"}])
def test_nothing_is_fetched_for_a_visa_that_names_another_address(broker: Row, issuer: Issuer, name: str) -> None:
    """T77: no address is asked because a visa says so; the table decides before any call."""
    documents.forget()
    issuer.server.calls.clear()
    whys(broker, HOSTILE[name][1](issuer))
    assert issuer.server.calls == []


def test_nothing_is_fetched_from_a_liar_either(broker: Row, issuer: Issuer) -> None:
    """T77: a server that would answer with fitting keys is never asked. The naive way asks it, and believes it."""
    with serving() as liar:
        liar.published = [public(rsa_key("evil"), issuer.kid)]
        forged = issuer.mint(header=issuer.header(jku=f"{liar.issuer}/jwks"), key=rsa_key("evil"))
        assert whys(broker, forged) == ["jku"]
        assert liar.calls == []
        assert visas.naive(forged)  # control
        assert liar.calls == ["/jwks"]


def test_control_the_naive_way_takes_many_of_them(issuer: Issuer) -> None:
    """Control: code that verifies a signature with whatever key the visa points to."""
    taken = []
    for name, (_why, make) in HOSTILE.items():
        with suppress(Exception):
            if visas.naive(make(issuer)):
                taken.append(name)
    assert {"alg none", "somebody else", "another source", "no such role", "one's own word"} <= set(taken)
    assert len(taken) >= 20, taken


def test_there_are_enough_of_them() -> None:
    assert len(HOSTILE) >= 75
    codes = {expected for expected, _make in HOSTILE.values()}
    assert codes <= set(wording.WHY_NOT)


def test_ten_thousand_visas_are_none(broker: Row, issuer: Issuer, provider: Provider) -> None:
    """L14, T58: more than fifty are not looked at; a passport beyond the limit of an answer is no sign-in."""
    begun = time.perf_counter()
    assert whys(broker, *[issuer.mint()] * 51) == ["too_many"]
    assert whys(broker, *["x"] * 10_000) == ["too_many"]
    assert time.perf_counter() - begun < 1
    client, person = sign_in(provider, *["x"] * 10_000)
    assert [one.why for one in queries.visas_of(person)] == ["too_many"]
    assert "more visas than the portal reads" in client.get("/account/").content.decode()
    provider.person["ga4gh_passport_v1"] = [issuer.mint()] * 500
    assert browser.sign_in(Client(), provider).status_code == 403


@pytest.mark.parametrize("odd", [7, "text", {"a": 1}, True, {"ga4gh_visa_v1": []}])
def test_a_passport_that_is_no_list_is_none(broker: Row, issuer: Issuer, odd: Any) -> None:
    found = passports.visas_of(broker, "ann", {"ga4gh_passport_v1": odd}, now=clock.now().timestamp())
    assert [one.why for one in found] == ["form"]


def test_the_same_visa_twice_is_one(broker: Row, issuer: Issuer) -> None:
    assert whys(broker, *[issuer.mint()] * 3) == [""]


def test_both_kinds_of_keys_and_both_kinds_of_types_are_taken(broker: Row, issuer: Issuer) -> None:
    by_curve = issuer.mint(header=issuer.header(alg="ES256", kid="visa-ec"), key=ec_key("visas"))
    plain = issuer.mint(header=issuer.header(typ="JWT"), jti="2")
    assert whys(broker, by_curve, plain) == ["", ""]


def test_a_new_key_of_the_issuer_is_found_once_and_a_flood_of_unknown_ones_is_not(broker: Row, issuer: Issuer) -> None:
    """T39: an unknown kid makes the portal look once more, at most every half minute."""
    documents.forget()
    issuer.server.calls.clear()
    assert whys(broker, issuer.mint()) == [""]
    issuer.server.published.append(public(rsa_key("new"), "new"))
    assert whys(broker, issuer.mint(header=issuer.header(kid="new"), key=rsa_key("new"))) == [""]
    unknown = [issuer.mint(header=issuer.header(kid=f"k{n}")) for n in range(20)]
    assert whys(broker, *unknown) == ["signature"] * 20
    assert issuer.server.calls == ["/jwks"] * 2


def test_an_issuer_that_does_not_answer_costs_its_visas_and_not_the_sign_in(
    broker: Row, issuer: Issuer, settings: Any
) -> None:
    """T43: forty visas of a slow issuer take the time of one call."""
    settings.SIGN_IN_STEP_SECONDS, settings.SIGN_IN_SECONDS = 0.4, 0.8
    documents.forget()
    issuer.server.plan.wire["/jwks"] = "slow"
    issuer.server.hold = 5
    begun = time.monotonic()
    assert whys(broker, *[issuer.mint(jti=str(n)) for n in range(40)]) == ["no_keys"] * 40
    assert time.monotonic() - begun < 2.5
    issuer.server.plan.wire.clear()
    documents.forget()
    assert whys(broker, issuer.mint()) == [""]


# ------------------------------------------------------------------------------------------------------ who it is about
def test_a_visa_counts_for_the_subject_of_the_sign_in_only(broker: Row, issuer: Issuer) -> None:
    """T40: a visa of another person, replayed in this one's passport."""
    assert whys(broker, issuer.mint(sub="bob")) == ["identity"]
    assert [one.why for one in read(broker, issuer.mint(sub="bob"), subject="bob")] == [""]


def test_subjects_of_an_issuer_that_keeps_its_own_need_a_link(broker: Row, issuer: Issuer, provider: Provider) -> None:
    """Passport 1.2, LinkedIdentities: the same words at another issuer are not the same person."""
    issuer.believed(None)
    own = issuer.mint(sub="n-17")
    assert whys(broker, own, issuer.mint()) == ["identity", "identity"]
    linked = issuer.mint(links(("ann", provider.issuer)), sub="n-17")
    assert whys(broker, own, linked) == ["", ""]
    chain = issuer.mint(links(("x", "https://a.example"), ("ann", provider.issuer)), sub="y")
    onward = issuer.mint(links(("n-17", issuer.name)), sub="y")
    assert whys(broker, own, chain, onward) == ["", "", ""]
    assert whys(broker, own, onward) == ["identity", "identity"]


@pytest.mark.parametrize("value", ["ann", "ann,", ",x", "ann,x;", "ann,x,y", ";;;"])
def test_a_link_written_badly_links_nothing(broker: Row, issuer: Issuer, value: str) -> None:
    issuer.believed(None)
    link = issuer.mint(status(type="LinkedIdentities", value=value), sub="n-17")
    assert whys(broker, issuer.mint(sub="n-17"), link) == ["identity", "identity"]


def test_a_link_from_nobody_known_links_nothing(broker: Row, issuer: Issuer, provider: Provider) -> None:
    issuer.believed(None)
    forged = issuer.mint(links(("ann", provider.issuer)), sub="n-17", key=rsa_key("evil"))
    assert whys(broker, issuer.mint(sub="n-17"), forged) == ["identity", "signature"]


# ---------------------------------------------------------------------------------------------------------- conditions
FACULTY = {"type": "AffiliationAndRole", "value": "const:faculty@nordvik.example"}
MET: dict[str, tuple[Any, bool]] = {
    "none": ([], True),
    "a fitting role": ([[FACULTY]], True),
    "of the source": ([[{**FACULTY, "source": "const:https://nordvik.example"}]], True),
    "a pattern": ([[{"type": "AffiliationAndRole", "value": "pattern:faculty@*.example"}]], True),
    "one character": ([[{"type": "AffiliationAndRole", "value": "pattern:facult?@nordvik.example"}]], True),
    "one of several": ([[{"type": "AffiliationAndRole", "value": "split_pattern:fac*"}]], True),
    "one of two ways": ([[{**FACULTY, "by": "const:dac"}], [FACULTY]], True),
    "all of one way": ([[FACULTY, {**FACULTY, "by": "const:dac"}]], False),
    "another role": ([[{**FACULTY, "value": "const:student@nordvik.example"}]], False),
    "in capitals": ([[{**FACULTY, "value": "const:Faculty@nordvik.example"}]], False),
    "a part of it": ([[{**FACULTY, "value": "pattern:faculty"}]], False),
    "a way unheard of": ([[{**FACULTY, "value": "regex:.*"}]], False),
    "no way at all": ([[{**FACULTY, "value": "faculty@nordvik.example"}]], False),
    "a bracket is a letter": ([[{**FACULTY, "value": "pattern:[f]aculty@*"}]], False),
    "only a type": ([[{"type": "AffiliationAndRole"}]], False),
    "no type": ([[{"value": "pattern:*"}]], False),
    "on a time": ([[{**FACULTY, "asserted": "pattern:*"}]], False),
    "on conditions": ([[{**FACULTY, "conditions": "pattern:*"}]], False),
    "on something unheard of": ([[{**FACULTY, "colour": "pattern:*"}]], False),
    "on what is not said": ([[{"type": "LinkedIdentities", "value": "pattern:*"}]], False),
    "a clause that is a list": ([[[FACULTY]]], False),
    "clauses without a list": ([FACULTY], False),
}


@pytest.mark.parametrize("name", MET)
def test_conditions_are_met_by_other_visas_that_are_accepted(broker: Row, issuer: Issuer, name: str) -> None:
    """Passport 1.2, conditions: disjunctive normal form; what is not understood is not met."""
    conditions, met = MET[name]
    conditioned = issuer.mint(status(conditions=conditions))
    assert whys(broker, conditioned, issuer.mint(role()))[0] == ("" if met else "conditions")


@pytest.mark.parametrize("other", ["forged", "expired", "of another", "with conditions", "from another source"])
def test_conditions_are_not_met_by_visas_that_are_not_accepted(broker: Row, issuer: Issuer, other: str) -> None:
    makers = {
        "forged": lambda: issuer.mint(role(), key=rsa_key("evil")),
        "expired": lambda: issuer.mint(role(), exp=int(time.time()) - 5),
        "of another": lambda: issuer.mint(role(), sub="bob"),
        "with conditions": lambda: issuer.mint(role(conditions=[[{**FACULTY}]])),
        "from another source": lambda: issuer.mint(role(source="https://evil.example")),
    }
    assert whys(broker, issuer.mint(status(conditions=[[FACULTY]])), makers[other]())[0] == "conditions"


def test_no_pattern_is_slow() -> None:
    """T81: patterns are matched without going back further than to the last asterisk."""
    from apps.accounts.oidc.visa_checks import like

    begun = time.perf_counter()
    assert not like("*a" * 100 + "b", "a" * 2000)
    assert time.perf_counter() - begun < 0.5
    assert [like(*pair) for pair in (("", ""), ("*", ""), ("?", ""), ("a*", "a"), ("*a", "ba"), ("a", ""))] == [
        True, True, False, True, True, False,
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------------ what it opens
def accepted(terms: Any, **other: Any) -> dict[str, Any]:
    said = {"type": "AcceptedTermsAndPolicies", "value": queries.address_of_terms(terms), "by": "self"}
    return status(**{**said, "asserted": int(time.time()), **other})


def test_researcher_status_and_accepted_terms_open_registered_data(provider: Provider, issuer: Issuer) -> None:
    terms, listed, closed = stories.terms(), stories.shelf(access="registered"), stories.shelf()
    _client, person = sign_in(provider, issuer.mint())
    assert not may_download(person, listed.file.pk)
    client, person = sign_in(provider, issuer.mint(), issuer.mint(accepted(terms)))
    assert queries.has_accepted_terms(person)
    assert may_download(person, listed.file.pk)
    assert not may_download(person, closed.file.pk)
    page = client.get(f"/datasets/{listed.dataset.slug}/why/").content.decode()
    assert "A visa from home says that the person is a researcher" in page
    assert "A visa from home says so" in page
    _client, person = sign_in(provider, issuer.mint(accepted(terms)))
    assert not may_download(person, listed.file.pk)
    failing = [fact.part for fact in why(person, listed.version).facts if not fact.holds]
    assert failing == ["affiliated"]


def test_new_terms_are_asked_anew_and_old_words_are_too_early(provider: Provider, issuer: Issuer) -> None:
    first, listed = stories.terms(), stories.shelf(access="registered")
    passport = [issuer.mint(), issuer.mint(accepted(first))]
    _client, person = sign_in(provider, *passport)
    assert may_download(person, listed.file.pk)
    second = stories.terms("Anew.")
    assert not may_download(person, listed.file.pk)
    _client, person = sign_in(provider, *passport)
    assert {one.why for one in queries.visas_of(person)} == {"", "other_terms"}
    sign_in(provider, issuer.mint(), issuer.mint(accepted(second, asserted=int(time.time()) - 3600)))
    assert {one.why for one in queries.visas_of(person)} == {"", "too_early"}


def test_researcher_status_opens_no_controlled_data_without_an_institution(provider: Provider, issuer: Issuer) -> None:
    """The institution's own word is needed there; a visa is not enough."""
    _client, person = sign_in(provider, issuer.mint())
    shelf = stories.shelf()
    parts = {fact.part: fact.holds for fact in why(person, shelf.version).facts}
    assert parts["affiliated"] is False


def test_it_counts_until_it_expires_and_not_a_microsecond_longer(provider: Provider, issuer: Issuer) -> None:
    """T89."""
    terms, listed = stories.terms(), stories.shelf(access="registered")
    _client, person = sign_in(provider, issuer.mint(), issuer.mint(accepted(terms)))
    end = queries.visas_of(person).earliest("expires_at").expires_at
    assert end is not None
    for offset, opened in ((-1, True), (0, False)):
        with clock.freeze(end + timedelta(microseconds=offset)):
            assert may_download(person, listed.file.pk) is opened


def test_what_is_missing_at_the_next_sign_in_no_longer_counts(provider: Provider, issuer: Issuer) -> None:
    _client, person = sign_in(provider, issuer.mint())
    assert queries.counting_visas_of(person, "ResearcherStatus").exists()
    during = clock.now()
    sign_in(provider)
    assert not queries.counting_visas_of(person, "ResearcherStatus").exists()
    assert queries.counting_visas_of(person, "ResearcherStatus", during).exists()
    assert not queries.visas_of(person).exists()


def test_the_same_visa_minted_anew_stays_one_row(provider: Provider, issuer: Issuer) -> None:
    said, now = status(), int(time.time())
    _client, person = sign_in(provider, issuer.mint(said, exp=now + 1000))
    sign_in(provider, issuer.mint(said, exp=now + 2000, jti="2"))
    one = Visa.objects.get(identity__person=person)
    assert one.expires_at is not None
    assert int(one.expires_at.timestamp()) == now + 2000
    assert Event.objects.filter(kind="visa.read", facts__honoured=1).count() == 2


def test_a_visa_for_ever_is_believed_for_a_year(broker: Row, issuer: Issuer) -> None:
    found = read(broker, issuer.mint(exp=2**39))[0]
    assert found.why == ""
    assert found.expires_at is not None
    assert found.expires_at - clock.now() < timedelta(days=367)


# ---------------------------------------------------------------------------------------------------------- whose word
def test_a_provider_without_trust_hands_over_nothing(provider: Provider, issuer: Issuer) -> None:
    _client, person = sign_in(provider, issuer.mint())
    browser.row(provider, trusts_visas=False)
    sign_in(provider, issuer.mint())
    assert not queries.visas_of(person).exists()


@pytest.mark.parametrize("deed", ["trust ends", "switched off", "issuer doubted", "issuer changed"])
def test_trust_that_ends_ends_its_visas_at_the_next_request(provider: Provider, issuer: Issuer, deed: str) -> None:
    """T14, T16."""
    _client, person = sign_in(provider, issuer.mint())
    assert queries.counting_visas_of(person, "ResearcherStatus").exists()
    row = Row.objects.get(issuer=provider.issuer)
    facts = {"name": row.name, "issuer": row.issuer, "client_id": row.client_id, "secret_name": "home"}
    deeds = {
        "trust ends": lambda: commands.add_provider(row.slug, by=None, trusts_visas=False, **facts),
        "switched off": lambda: commands.deactivate_provider(row, by=None),
        "issuer doubted": lambda: commands.doubt_visa_issuer(VisaIssuer.objects.get(), by=None),
        "issuer changed": lambda: issuer.believed(row, sources=["https://other.example"]),
    }
    deeds[deed]()
    assert not queries.counting_visas_of(person, "ResearcherStatus").exists()


def test_the_visas_go_with_their_identity(provider: Provider, issuer: Issuer) -> None:
    """A split-off identity takes its visas along: they were never about the old person."""
    _client, person = sign_in(provider, issuer.mint())
    Identity.objects.create(issuer="https://other.test", subject="x", person=person)
    mine = Identity.objects.get(issuer=provider.issuer)
    new = commands.split_identity(mine, by=stories.operator(), reason="It is somebody else's after all.")
    assert not queries.visas_of(person).exists()
    assert queries.visas_of(new).exists()


# ---------------------------------------------------------------------------------------------------------- the pages
def test_the_account_page_says_of_each_visa_what_it_is_good_for(provider: Provider, issuer: Issuer) -> None:
    """Every reason has its sentence; what a stranger wrote is shown as text (T72)."""
    passport = [make(issuer) for _why, make in list(HOSTILE.values())[:45]]
    script = issuer.mint(status(value="<script>alert(1)</script>"))
    client, person = sign_in(provider, issuer.mint(jti="good"), script, *passport)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/account/").content.decode()
    assert len(asked) <= 14
    assert "<script>alert(1)" not in page
    assert "Counts as an institution’s word for you, for registered data." in page
    for row in queries.visas_of(person):
        words = wording.visa_in_words(row, now=clock.now())
        assert words["says"]
        assert words["counts"] is (row.why == "")


def test_the_terms_have_a_lasting_address_that_everybody_can_read() -> None:
    first, second = stories.terms("The first."), stories.terms("The second.")
    answers = [Client().get(f"/terms/{one.version}/").content.decode() for one in (first, second)]
    assert ["The first." in one for one in answers] == [True, False]
    assert ["no longer count" in one for one in answers] == [True, False]
    assert Client().get("/terms/99999/").status_code == 404
    assert queries.address_of_terms(second) == f"{settings.PORTAL_ADDRESS}/terms/{second.version}/"


@pytest.mark.parametrize("odd", ["", "/terms/1/", "http://testserver/terms/1", "http://testserver/terms/01/", STATUS])
def test_only_the_very_address_of_the_terms_is_theirs(odd: str) -> None:
    stories.terms()
    assert queries.terms_at(odd) is None


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
    assert "believed" in run("add", "life", *words, "--subjects-of", broker.slug)
    assert VisaIssuer.objects.get().provider == broker
    assert "https://v.example/jwk" in run("list")
    assert "None of its visas" in run("end", "life")
    assert "ended" in run("list")
    assert "believed" in run("add", "life", *words)
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
        commands.believe_visa_issuer("X Y", by=None, title="X", issuer="x", jku="https://x", sources=[])
    assert set(refusal.value.fields) == {"slug", "issuer", "sources"}

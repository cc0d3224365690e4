"""Visas from home (GA4GH Passport 1.2): a bad one is left aside for what is wrong with it, and stops no sign-in."""

import time
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client

from apps.core import clock
from apps.identity.oidc import discovery, passports
from apps.people import wording
from apps.people.models import Provider as Row
from apps.people.queries import visas_of
from tests.identity import browser, visas
from tests.identity.provider import Provider, ec_key, public, rsa_key, serving
from tests.identity.visas import HOSTILE, Issuer, links, read, role, sign_in, status, whys

pytestmark = pytest.mark.django_db


# ------------------------------------------------------------------------------------------------------------ hostile
@pytest.mark.parametrize("name", HOSTILE)
def test_a_visa_that_is_wrong_is_left_aside_for_what_is_wrong(broker: Row, issuer: Issuer, name: str) -> None:
    """T34, T36, T39: each alone, and beside a valid one that is accepted all the same."""
    expected, make = HOSTILE[name]
    bad, good = make(issuer), issuer.mint(jti="another")
    assert whys(broker, bad, good) == [expected, ""]


@pytest.mark.parametrize("name", [name for name, (expected, _make) in HOSTILE.items() if expected in {"jku", "issuer"}])
def test_nothing_is_fetched_for_a_visa_that_names_another_address(broker: Row, issuer: Issuer, name: str) -> None:
    """T77: no address is asked because a visa says so; the table decides before any call."""
    discovery.forget()
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
    assert [one.why for one in visas_of(person)] == ["too_many"]
    assert "more visas than Gatehouse can read" in client.get("/account/").content.decode()
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
    discovery.forget()
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
    discovery.forget()
    issuer.server.plan.wire["/jwks"] = "slow"
    issuer.server.hold = 5
    begun = time.monotonic()
    assert whys(broker, *[issuer.mint(jti=str(n)) for n in range(40)]) == ["no_keys"] * 40
    assert time.monotonic() - begun < 2.5
    issuer.server.plan.wire.clear()
    discovery.forget()
    assert whys(broker, issuer.mint()) == [""]


# ------------------------------------------------------------------------------------------------------ who it is about
def test_a_visa_counts_for_the_subject_of_the_sign_in_only(broker: Row, issuer: Issuer) -> None:
    """T40: a visa of another person, replayed in this one's passport."""
    assert whys(broker, issuer.mint(sub="bob")) == ["identity"]
    assert [one.why for one in read(broker, issuer.mint(sub="bob"), subject="bob")] == [""]


def test_subjects_of_an_issuer_that_keeps_its_own_need_a_link(broker: Row, issuer: Issuer, provider: Provider) -> None:
    """Passport 1.2, LinkedIdentities: the same words at another issuer are not the same person."""
    issuer.trust(None)
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
    issuer.trust(None)
    link = issuer.mint(status(type="LinkedIdentities", value=value), sub="n-17")
    assert whys(broker, issuer.mint(sub="n-17"), link) == ["identity", "identity"]


def test_a_link_from_nobody_known_links_nothing(broker: Row, issuer: Issuer, provider: Provider) -> None:
    issuer.trust(None)
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
    "a bracket is a plain character": ([[{**FACULTY, "value": "pattern:[f]aculty@*"}]], False),
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
    from apps.identity.oidc.visa_checks import like

    begun = time.perf_counter()
    assert not like("*a" * 100 + "b", "a" * 2000)
    assert time.perf_counter() - begun < 0.5
    assert [like(*pair) for pair in (("", ""), ("*", ""), ("?", ""), ("a*", "a"), ("*a", "ba"), ("a", ""))] == [
        True, True, False, True, True, False,
    ]  # fmt: skip

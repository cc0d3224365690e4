"""The checks as plain functions: what is in order passes, and each thing out of order is named."""

import base64
import hashlib
from typing import Any

import pytest

from apps.identity.oidc import checks, claims, strict
from apps.identity.oidc import http as oidc_http
from apps.identity.oidc.checks import Expected, Untrusted
from apps.people.models import Provider

NOW = 1_800_000_000.0
EXPECTED = Expected(issuer="https://idp.example", client_id="gatehouse", nonce="n-1", now=NOW)
GOOD = {"iss": "https://idp.example", "aud": "gatehouse", "sub": "ann", "exp": NOW + 300, "iat": NOW, "nonce": "n-1"}


def test_a_token_in_order_has_no_fault() -> None:
    """The control, in the forms that providers use: a list of one, an authorized party, whole and broken numbers."""
    assert checks.claim_faults(GOOD, EXPECTED) == []
    assert checks.claim_faults({**GOOD, "aud": ["gatehouse"]}, EXPECTED) == []
    assert checks.claim_faults({**GOOD, "aud": ["gatehouse", "other"], "azp": "gatehouse"}, EXPECTED) == []
    assert checks.claim_faults({**GOOD, "exp": NOW + 0.5, "nbf": NOW, "amr": ["mfa"], "acr": "x"}, EXPECTED) == []


@pytest.mark.parametrize(
    ("claim", "value", "fault"),
    [
        ("exp", NOW - 59, None), ("exp", NOW - 60, "expired"), ("exp", NOW - 61, "expired"),
        ("iat", NOW + 60, None), ("iat", NOW + 61, "issued"), ("iat", NOW - 600, None), ("iat", NOW - 601, "issued"),
        ("nbf", NOW + 60, None), ("nbf", NOW + 61, "not_before"),
        ("auth_time", NOW + 60, None), ("auth_time", NOW + 61, "auth_time"),
    ],
)  # fmt: skip
def test_a_minute_of_skew_and_no_more(claim: str, value: float, fault: str | None) -> None:
    """T36: to the second."""
    assert checks.claim_faults({**GOOD, claim: value}, EXPECTED) == ([fault] if fault else [])


def test_fresh_proof_is_as_fresh_as_it_was_asked_for() -> None:
    asked = Expected(**{**EXPECTED.__dict__, "proof_since": NOW})
    assert checks.claim_faults({**GOOD, "auth_time": NOW - 60}, asked) == []
    assert checks.claim_faults({**GOOD, "auth_time": NOW - 61}, asked) == ["not_fresh"]
    assert checks.claim_faults(GOOD, asked) == ["not_fresh"], "a provider that does not say when has proved nothing"


def test_several_faults_are_all_named() -> None:
    assert set(checks.claim_faults({}, EXPECTED)) == {"issuer", "subject", "audience", "expired", "issued", "nonce"}


def test_the_access_token_fits_its_digest() -> None:
    half = base64.urlsafe_b64encode(hashlib.sha256(b"a-token").digest()[:16]).decode().rstrip("=")
    assert checks.hash_faults({}, "a-token") == []
    assert checks.hash_faults({"at_hash": half}, "a-token") == []
    assert checks.hash_faults({"at_hash": half}, "another") == ["access_token_hash"]


def test_a_provider_that_promises_to_name_itself_does() -> None:
    """T45, RFC 9207."""
    said = {"code": "c", "iss": "https://idp.example"}
    assert checks.answer_faults(said, issuer="https://idp.example", promises_issuer=True) == []
    assert checks.answer_faults({"code": "c"}, issuer="https://idp.example", promises_issuer=False) == []
    assert checks.answer_faults({"code": "c"}, issuer="https://idp.example", promises_issuer=True) == ["answer_issuer"]
    assert checks.answer_faults(said, issuer="https://other.example", promises_issuer=False) == ["answer_issuer"]


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example/", "ftp://idp.example/", "https://a:b@idp.example/", "https://idp.example/#x", "//x.y",
        "https://idp.example/\n", "https://idp.example:0/", "https://idp.example:99999/", "https:///x", "", "https://[",
        "https://idp.example/ x", "https://ídp.example/", "https://idp.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_only_proper_addresses_are_called(url: str) -> None:
    """T77: no plain text, no password, nothing that could be read in two ways."""
    with pytest.raises(Untrusted, match="address"):
        oidc_http.address(url)


def test_plain_http_is_for_this_machine_and_never_in_production(settings: Any) -> None:
    assert oidc_http.address("http://127.0.0.1:8001/x").port == 8001
    assert oidc_http.address("https://idp.example/x?y=z").query == "y=z"
    settings.SIGN_IN_PLAIN_LOOPBACK = False
    with pytest.raises(Untrusted, match="address"):
        oidc_http.address("http://127.0.0.1:8001/x")


def test_a_provider_does_not_lead_inside() -> None:
    """T77: other hosts by name, yes; bare addresses and this machine, only if the provider itself is there."""
    assert oidc_http.same_site("https://keys.example/", "https://idp.example")
    assert oidc_http.same_site("https://10.1.2.3/jwks", "https://10.1.2.3")
    assert not oidc_http.same_site("https://10.1.2.3/jwks", "https://idp.example")
    assert not oidc_http.same_site("https://[::1]/jwks", "https://idp.example")
    assert not oidc_http.same_site("http://localhost/jwks", "https://idp.example")


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
        b"\xff",
        b"",
        b"1 2",
    ],
)
def test_json_is_read_in_one_way_only(body: bytes) -> None:
    with pytest.raises(Untrusted, match="json"):
        strict.read_json(body)
    assert strict.read_object('{"name": "Åse \\ud83d\\ude00"}'.encode()) == {"name": "Åse 😀"}
    with pytest.raises(Untrusted, match="json"):
        strict.read_object(b"[]")


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"), ("http://orcid.org/0000-0002-1694-233X", "0000-0002-1694-233X"),
        ("0000-0002-1825-0098", ""), ("0000-0002-1825-009", ""), ("https://evil.example/0000-0002-1825-0097", ""),
        (7, ""), (None, ""), ("0000-0002-1825-0097\n", ""),
    ],
)  # fmt: skip
def test_an_orcid_is_taken_with_its_check_character_only(said: Any, taken: str) -> None:
    assert claims.orcid(said) == taken


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("ann@x.example", "ann@x.example"), ("ann", ""), ("@x.example", ""), ("ann@", ""), ("a@b@c", ""),
        (["a@b"], "a@b"), (["a@b", "c@d"], ""), ([["a@b"]], ""), ([], ""),
        ("ann@x.example\nBcc: all@x.example", ""), ("ann@x.example, b@x.example", ""), ("a" * 250 + "@x.example", ""),
        ("Ann <ann@x.example>", ""), ("ann@x.example ", ""), (None, ""),
    ],
)  # fmt: skip
def test_an_address_is_one_address(said: Any, taken: str) -> None:
    """T75: nothing in it starts a second header or names a second reader."""
    assert claims.email(said) == taken


def test_claims_are_read_under_the_names_the_provider_uses() -> None:
    provider = Provider(claims={"name": "display_name", "assurance": ["no", "text"]}, domains=["X.example"])
    said = {
        "display_name": "Ann\u202e Holm",
        "name": "somebody else",
        "email": "ann@x.example",
        "email_verified": True,
        "eduperson_assurance": "https://refeds.org/assurance/IAP/high",
        "eduperson_scoped_affiliation": ["faculty@x.example", "faculty@y.example", "@x.example", "faculty", 7],
    }
    facts = claims.facts_about(provider, said)
    assert facts["name"] == "Ann Holm"
    assert facts["email_verified"] is True
    assert facts["assurance"] == ["https://refeds.org/assurance/IAP/high"]
    assert facts["scoped_affiliations"] == ["faculty@x.example"]
    assert claims.facts_about(provider, {"email_verified": True})["email_verified"] is False, (
        "nothing is verified of no address"
    )

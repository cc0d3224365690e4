"""What counts as a second factor (RFC 8176, or an acr known here), and what a claim says, compared exactly."""

from typing import Any

import pytest

from apps.identity.oidc.factors import has_second_factor
from apps.people.sign_in import LONGEST_LIST, says

REFEDS = "https://refeds.org/profile/mfa"


@pytest.mark.parametrize(
    "amr",
    [
        ["mfa"], ["pwd", "mfa"], ["pwd", "otp"], ["pwd", "hwk"], ["swk", "pin"], ["sms", "pwd"], ["tel", "pin"],
        ["sc", "pin"], ["hwk", "fpt"], ["pwd", "face"], ["user", "pin", "swk"], ["kba", "otp"],
    ],
)  # fmt: skip
def test_t46_two_proofs_of_two_kinds_are_a_second_factor(amr: list[str]) -> None:
    assert has_second_factor(acr="", amr=amr, accepted=[])


@pytest.mark.parametrize(
    "amr",
    [
        [], ["pwd"], ["otp"], ["hwk"], ["pwd", "pin"], ["pwd", "kba"], ["otp", "sms"], ["otp", "swk", "hwk"],
        ["MFA"], [" mfa"], ["mfa "], ["mfa,pwd"], ["user", "geo", "rba", "wia", "mca"], ["pwd", "user"],
        ["fpt", "face"], ["two-factor"], ["pwd", "https://schemas.example/totp"],
    ],
)  # fmt: skip
def test_t46_one_kind_of_proof_or_an_unknown_word_is_not(amr: list[str]) -> None:
    assert not has_second_factor(acr="", amr=amr, accepted=[REFEDS])


@pytest.mark.parametrize(
    ("acr", "accepted", "counts"),
    [
        (REFEDS, [REFEDS], True),
        (REFEDS, [], False),
        (REFEDS + "/", [REFEDS], False),
        (REFEDS.upper(), [REFEDS], False),
        ("", [REFEDS], False),
        ("", [""], False),
        ("0", ["1"], False),
    ],
)
def test_t46_an_acr_counts_only_where_it_was_named(acr: str, accepted: list[str], counts: bool) -> None:
    assert has_second_factor(acr=acr, amr=["pwd"], accepted=accepted) is counts


@pytest.mark.parametrize("claims", ["auditors", ["auditors"], ["staff", "auditors"], ["auditors", "auditors"]])
def test_t47_a_claim_says_its_values(claims: Any) -> None:
    assert says({"groups": claims}, "groups", "auditors")


@pytest.mark.parametrize(
    "claims",
    [
        None, True, 1, {}, {"auditors": True}, [], "", "Auditors", "AUDITORS", " auditors", "auditors ",
        "auditors,staff", "staff auditors", ["Auditors"], [["auditors"]], [{"value": "auditors"}],
        ["auditors", 1], ["auditors", None], ["auditor\u200bs"], ["аuditors"], ["auditors"] * (LONGEST_LIST + 1),
    ],
)  # fmt: skip
def test_t47_any_other_shape_says_nothing(claims: Any) -> None:
    """Wrong types, near misses, other characters that look alike, and lists that no group of people needs."""
    assert not says({"groups": claims}, "groups", "auditors")
    assert not says({"group": "auditors"}, "groups", "auditors")

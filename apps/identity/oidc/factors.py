"""Whether a provider said that two different proofs were asked for: RFC 8176 (`amr`), or an `acr` that is known here.

Pure: facts in, yes or no out. What nobody here knows counts for nothing, so an unknown word is never a second factor.
"""

from collections.abc import Iterable

MULTIPLE = "mfa"

# RFC 8176, section 2: something the person knows, has, or is; `user`, `geo`, `rba`, `wia`, `mca` prove none of these.
KINDS = (
    frozenset({"pwd", "pin", "kba"}),
    frozenset({"otp", "hwk", "swk", "sc", "sms", "tel"}),
    frozenset({"face", "fpt", "iris", "retina", "vbm"}),
)


def has_second_factor(*, acr: str, amr: Iterable[str], accepted: Iterable[str]) -> bool:
    """`amr` says so itself, or names proofs of two kinds; or the `acr` is one that this provider was trusted for."""
    said = set(amr)
    if MULTIPLE in said or (acr and acr in set(accepted)):
        return True
    return sum(1 for kind in KINDS if kind & said) > 1

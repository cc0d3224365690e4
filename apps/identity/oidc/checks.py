"""What a provider may say, as plain functions: facts in, faults out. No network, no database, no clock of their own.

OpenID Connect Core 1.0 (3.1.2.5, 3.1.3.3, 3.1.3.7, 5.3.2), Discovery 1.0, RFC 9207 (`iss` in the answer), RFC 8725
(signed tokens). A fault is a code, such as "issuer" or "nonce"; no fault at all is the only way in.
"""

import base64
import hashlib
import hmac
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SKEW = 60

OLDEST_TOKEN = 10 * 60

LONGEST_SUBJECT = 255

ERROR_CODE = re.compile(r"[a-z][a-z_]{0,40}\Z")

IDENTITY_TYPES = frozenset({"JWT", "ID_TOKEN+JWT"})

LOGOUT_TYPES = frozenset({"JWT", "LOGOUT+JWT"})

# Headers that point to a key of the sender's own choosing, or change what a signature covers (RFC 8725, 3.10).
FORBIDDEN_HEADERS = ("jku", "jwk", "x5u", "crit", "b64", "zip", "enc", "cty")


class Untrusted(Exception):
    """The answer is not taken; `code` says why, in one word for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Expected:
    """What an identity token must fit: whom it is from and for, and the sign-in it answers. Times in Unix seconds."""

    issuer: str
    client_id: str
    nonce: str
    now: float
    proof_since: float | None = None  # the person must have proved who they are at this moment or later


def same(said: Any, expected: str) -> bool:
    """Exact comparison, in the same time whatever was said."""
    return isinstance(said, str) and hmac.compare_digest(said.encode("utf-8", "replace"), expected.encode())


def moment(value: Any) -> float | None:
    """A time in Unix seconds; None for what is no usable number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 2**40 and math.isfinite(value) else None


def usable(value: Any) -> bool:
    """An identifier that can be kept and compared as it stands."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_SUBJECT and value.isascii() and value.isprintable()


def header_faults(
    header: Mapping[str, Any], algorithms: tuple[str, ...], types: frozenset[str] = IDENTITY_TYPES
) -> list[str]:
    """The token's own first part: how it is signed, and with which of the provider's published keys."""
    faults = []
    if header.get("alg") not in algorithms:
        faults.append("algorithm")
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= 300:
        faults.append("key_id")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.upper() not in types:
        faults.append("token_type")
    if any(name in header for name in FORBIDDEN_HEADERS):
        faults.append("header")
    return faults


def claim_faults(claims: Mapping[str, Any], expected: Expected) -> list[str]:
    """Everything an identity token must say about itself."""
    faults = [] if same(claims.get("iss"), expected.issuer) else ["issuer"]
    faults += subject_faults(claims)
    faults += audience_faults(claims, expected.client_id)
    faults += time_faults(claims, expected)
    if not same(claims.get("nonce"), expected.nonce):
        faults.append("nonce")
    if not isinstance(claims.get("acr", ""), str):
        faults.append("acr")
    amr = claims.get("amr", [])
    if not isinstance(amr, list) or not all(isinstance(one, str) for one in amr):
        faults.append("amr")
    return faults


def subject_faults(claims: Mapping[str, Any]) -> list[str]:
    """A subject is at most 255 printable ASCII characters (Core, section 2)."""
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= LONGEST_SUBJECT:
        return ["subject"]
    return [] if sub.isascii() and sub.isprintable() and sub == sub.strip() else ["subject"]


def audience_faults(claims: Mapping[str, Any], client_id: str) -> list[str]:
    """Made for us; and when for others too, then asked for by us."""
    said = claims.get("aud")
    parties = said if isinstance(said, list) else [said]
    if not all(isinstance(one, str) for one in parties) or client_id not in parties:
        return ["audience"]
    if "azp" in claims and not same(claims["azp"], client_id):
        return ["authorized_party"]
    return ["authorized_party"] if len(parties) > 1 and "azp" not in claims else []


def time_faults(claims: Mapping[str, Any], expected: Expected) -> list[str]:
    """Not expired, not from the future, not old; the proof of who it is as fresh as was asked. One minute of skew."""
    faults = []
    expires, issued = moment(claims.get("exp")), moment(claims.get("iat"))
    if expires is None or expires <= expected.now - SKEW:
        faults.append("expired")
    if issued is None or not expected.now - OLDEST_TOKEN <= issued <= expected.now + SKEW:
        faults.append("issued")
    begins = moment(claims.get("nbf", 0))
    if begins is None or begins > expected.now + SKEW:
        faults.append("not_before")
    proved = moment(claims.get("auth_time", 0))
    if proved is None or proved > expected.now + SKEW:
        faults.append("auth_time")
    elif expected.proof_since is not None and proved < expected.proof_since - SKEW:
        faults.append("not_fresh")
    return faults


def hash_faults(claims: Mapping[str, Any], access_token: str) -> list[str]:
    """`at_hash`, where the provider gives it, ties the access token to the identity token (Core, 3.1.3.6)."""
    if "at_hash" not in claims:
        return []
    half = hashlib.sha256(access_token.encode()).digest()[:16]  # RS256 and ES256 both hash with SHA-256
    made = base64.urlsafe_b64encode(half).decode().rstrip("=")
    return [] if same(claims["at_hash"], made) else ["access_token_hash"]


def token_faults(answer: Any) -> list[str]:
    """The answer of the token endpoint: a bearer token and an identity token."""
    if not isinstance(answer, dict):
        return ["token_answer"]
    kind = answer.get("token_type")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return ["token_answer"]
    access, identity = answer.get("access_token"), answer.get("id_token")
    usable = isinstance(access, str) and 0 < len(access) <= 16_384 and access.isascii() and access.isprintable()
    if not usable or " " in str(access):
        return ["access_token"]
    return [] if isinstance(identity, str) and 0 < len(identity) <= 65_536 else ["identity_token"]


def userinfo_faults(said: Any, subject: str) -> list[str]:
    """The userinfo speaks of the same subject as the identity token (Core, 5.3.2)."""
    if not isinstance(said, dict):
        return ["userinfo"]
    return [] if same(said.get("sub"), subject) else ["userinfo_subject"]


def answer_faults(said: Mapping[str, str], *, issuer: str, promises_issuer: bool) -> list[str]:
    """The answer that the browser carried back: from the provider that was asked, and no error (RFC 9207, 2.4)."""
    if ("iss" in said or promises_issuer) and not same(said.get("iss"), issuer):
        return ["answer_issuer"]
    if "error" in said:
        code = said["error"] if ERROR_CODE.match(said["error"]) else "unreadable"
        return [f"provider_said.{code}"]
    return [] if said.get("code") else ["no_code"]

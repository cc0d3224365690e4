"""The demo's visa issuer (GA4GH Passport 1.2): one of its people brings two visas, of which the portal trusts one."""

import base64
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from deploy.demo.people import VISA_SOURCE, person

CLAIM = "ga4gh_passport_v1"
KID = "visas"
BEARER = "applicant"
HOUR = 60 * 60
STATUS = "https://doi.org/10.1038/s41431-018-0219-y"
ELSEWHERE = "https://visas.elsewhere.example"


def passport_of(subject: str) -> list[str]:
    """A researcher's status by the issuer the portal knows, and one by an issuer it does not; nothing for others."""
    if subject != person(BEARER).subject:
        return []
    known = _visa(subject, f"{settings.ADDRESS}/visas", f"{settings.ADDRESS}/visas/jwks.json", VISA_SOURCE)
    return [known, _visa(subject, ELSEWHERE, f"{ELSEWHERE}/jwks.json", ELSEWHERE)]


def _visa(subject: str, issuer: str, jku: str, source: str) -> str:
    """A visa in the document token format: its keys are at `jku`."""
    now = int(time.time())
    said = {"type": "ResearcherStatus", "asserted": now - HOUR, "value": STATUS, "source": source, "by": "so"}
    claims = {"iss": issuer, "sub": subject, "iat": now, "exp": now + 12 * HOUR, "ga4gh_visa_v1": said}
    headers = {"typ": "vnd.ga4gh.visa+jwt", "kid": KID, "jku": jku}
    return jwt.encode(claims, _key(), algorithm="RS256", headers=headers)


def published() -> dict[str, Any]:
    numbers = _key().public_key().public_numbers()
    key = {"kty": "RSA", "kid": KID, "use": "sig", "alg": "RS256", "n": _written(numbers.n), "e": _written(numbers.e)}
    return {"keys": [key]}


def _written(number: int) -> str:
    """RFC 7518, section 2: Base64urlUInt."""
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _key() -> RSAPrivateKey:
    """The demo signs everything with one key; its visa issuer only publishes it under a name of its own."""
    key = load_pem_private_key(settings.OAUTH2_PROVIDER["OIDC_RSA_PRIVATE_KEY"].encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key

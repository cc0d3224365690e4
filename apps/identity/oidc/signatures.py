"""A token's signature, by exactly one published key of the provider (RFC 7515, 7517, 7518, 8725)."""

import base64
import binascii
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from apps.identity.oidc import discovery
from apps.identity.oidc.checks import IDENTITY_TYPES, Untrusted, header_faults
from apps.identity.oidc.strict import read_object
from apps.people.models import Provider, VisaIssuer

KINDS = {"RS256": "RSA", "ES256": "EC"}

SMALLEST_RSA = 2048

LONGEST_TOKEN = 65_536

Keys = Callable[[], list[dict[str, Any]]]


def signed_claims(provider: Provider, token: str, types: frozenset[str] = IDENTITY_TYPES) -> dict[str, Any]:
    """What the token says, once its signature is proved; Untrusted otherwise. Its claims are still to be judged."""
    header, payload = parts_of(token)
    faults = header_faults(header, tuple(provider.algorithms), types)
    if faults:
        raise Untrusted(faults[0])
    _prove(token, header, lambda: discovery.keys_of(provider), lambda: discovery.newer_keys_of(provider))
    return read_object(payload)


def prove_visa(token: str, issuer: VisaIssuer) -> None:
    """The visa was signed with a key from the one address that is known for its issuer; Untrusted otherwise.

    Nothing that the visa itself says chooses the address: its `jku` is compared with it before anything is fetched.
    """
    header, _payload = parts_of(token)
    _prove(token, header, lambda: discovery.keys_at(issuer.jku), lambda: discovery.newer_keys_at(issuer.jku))


def _prove(token: str, header: dict[str, Any], known: Keys, newer: Keys) -> None:
    key = _key(known, newer, header["kid"], header["alg"])
    try:
        jwt.PyJWS().decode(token, key=key, algorithms=[header["alg"]])
    except (jwt.PyJWTError, ValueError, TypeError) as fault:
        raise Untrusted("signature") from fault


def claimed_issuer(token: str) -> str:
    """Whom a token claims to be from, before anything is proved: only to know whose keys to try."""
    _header, payload = parts_of(token)
    issuer = read_object(payload).get("iss")
    return issuer if isinstance(issuer, str) else ""


def parts_of(token: str) -> tuple[dict[str, Any], bytes]:
    """A token's header and its payload, which nothing has proved yet (RFC 7515, section 7.1)."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST_TOKEN or not token.isascii() or not all(parts):
        raise Untrusted("token_form")
    try:
        header, payload = (base64.b64decode(_padded(part), altchars=b"-_", validate=True) for part in parts[:2])
    except (binascii.Error, ValueError) as fault:
        raise Untrusted("token_form") from fault
    return read_object(header), payload


def _padded(part: str) -> str:
    if "=" in part:
        raise Untrusted("token_form")
    return part + "=" * (-len(part) % 4)


def _key(known: Keys, newer: Keys, kid: str, algorithm: str) -> Any:
    """The one key of that id; an unknown id makes the portal look at the published keys once more."""
    fitting = [one for one in known() if one.get("kid") == kid]
    if not fitting:
        fitting = [one for one in newer() if one.get("kid") == kid]
    if len(fitting) != 1:
        raise Untrusted("two_keys" if fitting else "unknown_key")
    return _usable(fitting[0], algorithm)


def is_usable_key(published: Any) -> bool:
    """Whether a published key can prove a token: it has an id, and is fit for one of the algorithms."""
    if not isinstance(published, dict) or not isinstance(published.get("kid"), str):
        return False
    for algorithm in KINDS:
        with suppress(Untrusted):
            _usable(published, algorithm)
            return True
    return False


def _usable(published: dict[str, Any], algorithm: str) -> Any:
    """A public key fit for this algorithm: of its kind, for signing, long enough and not absurdly long."""
    if published.get("kty") != KINDS[algorithm] or published.get("use", "sig") != "sig":
        raise Untrusted("key")
    if published.get("alg", algorithm) != algorithm or len(str(published.get("n", ""))) > 1400:
        raise Untrusted("key")
    if len(str(published.get("e", ""))) > 8:
        raise Untrusted("key")
    public: dict[str, Any] = {name: published[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in published}
    try:
        key = jwt.PyJWK(public, algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise Untrusted("key") from fault
    if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_RSA:
        return key
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name == "secp256r1":
        return key
    raise Untrusted("key")

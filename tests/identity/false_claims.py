"""Every field a provider could lie in, and how: one `Lie` each, with the codes the portal may refuse it with.

`field` is what is lied about. The hostile suite tells every lie alone, and the first lie of every two fields together.
"""

import base64
import hashlib
import hmac
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.identity.provider import KID, Plan, Provider, b64, ec_key, public, rsa_key, token, written

Tell = Callable[[Provider], None]


@dataclass(frozen=True)
class Lie:
    """One false claim: where, which field, a name for the test, how it is made, and why it must be refused."""

    place: str
    field: str
    name: str
    falsify: Tell
    why: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place}.{self.field}={self.name}"


LIES: list[Lie] = []


def lie(place: str, field: str, name: str, falsify: Tell, *why: str) -> None:
    LIES.append(Lie(place, field, name, falsify, why))


def bend(place: str, field: str, name: str, change: Callable[[Any], Any], *why: str) -> None:
    """A lie that changes one of the things the provider says."""
    lie(place, field, name, lambda provider: getattr(provider.plan, place).append(change), *why)


def says(place: str, field: str, name: str, value: Any, *why: str) -> None:
    """The field says something else."""
    bend(place, field, name, lambda said: {**said, field: value}, *why)


def leaves_out(place: str, field: str, *why: str) -> None:
    bend(place, field, "left out", lambda said: {one: used for one, used in said.items() if one != field}, *why)


def on_the_wire(place: str, path: str, **ways: str) -> None:
    """The answer arrives spoilt."""
    for way, why in ways.items():
        lie(place, "wire", way, lambda provider, way=way: provider.plan.wire.update({path: way}), *why.split())


def now() -> int:
    return int(time.time())


# ------------------------------------------------------------------------------------------------------- metadata
says("metadata", "issuer", "another", "https://evil.example", "metadata_issuer")
leaves_out("metadata", "issuer", "metadata_issuer")
says("metadata", "issuer", "a list", ["x"], "metadata_issuer")
bend("metadata", "issuer", "with a slash", lambda s: {**s, "issuer": s["issuer"] + "/"}, "metadata_issuer")
for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
    says("metadata", endpoint, "another network", "http://169.254.169.254/latest", "metadata_address")
    says("metadata", endpoint, "inside", "https://10.0.0.1/x", "metadata_address")
    says("metadata", endpoint, "script", "javascript:alert(1)", "metadata_address")
    says("metadata", endpoint, "null", None, "metadata_address")
    says("metadata", endpoint, "with a user", "https://a:b@idp.example/x", "metadata_address")
    says("metadata", endpoint, "two lines", "https://idp.example/\r\nx: y", "metadata_address")
for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
    leaves_out("metadata", endpoint, "metadata_address")
says("metadata", "code_challenge_methods_supported", "plain", ["plain"], "metadata_offer")
says("metadata", "response_types_supported", "implicit", ["token"], "metadata_offer")
says("metadata", "id_token_signing_alg_values_supported", "none", ["none", "HS256"], "metadata_offer")
says("metadata", "token_endpoint_auth_methods_supported", "none", ["none"], "metadata_offer")
says("metadata", "authorization_response_iss_parameter_supported", "a word", "yes", "metadata_offer")
SPOILT = {
    "redirect": "status", "error": "status", "unavailable": "status", "denied": "status", "teapot": "status",
    "huge": "too_big", "packed": "encoding", "page": "json", "empty": "json", "list": "json", "half": "json",
    "nested": "json", "binary": "json", "twice": "json", "not_a_number": "json", "text": "json",
    "cut": "cut", "hang_up": "unreachable", "slow": "slow", "drip": "slow",
}  # fmt: skip
on_the_wire("metadata", "/.well-known/openid-configuration", **SPOILT)

# ----------------------------------------------------------------------------------------------------------- keys
bend("keys", "keys", "none", lambda _s: {"keys": []}, "unknown_key")
bend("keys", "keys", "no list", lambda _s: {"keys": {}}, "keys")
bend("keys", "keys", "words", lambda _s: {"keys": ["a", "b"]}, "keys")
bend("keys", "keys", "too many", lambda s: {"keys": s["keys"] * 101}, "keys")
leaves_out("keys", "keys", "keys")
bend("keys", "kid", "twice", lambda s: {"keys": [*s["keys"], public(rsa_key("other"))]}, "two_keys")
bend("keys", "kid", "left out", lambda s: {"keys": [{**s["keys"][0], "kid": None}]}, "unknown_key")
bend("keys", "n", "another key", lambda _s: {"keys": [public(rsa_key("other"))]}, "signature")
bend("keys", "n", "gigantic", lambda s: {"keys": [{**s["keys"][0], "n": "z" * 200_000}]}, "key")
bend("keys", "n", "a number", lambda s: {"keys": [{**s["keys"][0], "n": 7}]}, "key")
bend("keys", "e", "one", lambda s: {"keys": [{**s["keys"][0], "e": "AQ"}]}, "key", "signature")
bend("keys", "e", "gigantic", lambda s: {"keys": [{**s["keys"][0], "e": "z" * 2000}]}, "key")
bend("keys", "use", "for secrets", lambda s: {"keys": [{**s["keys"][0], "use": "enc"}]}, "key")
bend("keys", "alg", "another", lambda s: {"keys": [{**s["keys"][0], "alg": "RS512"}]}, "key")
bend("keys", "kty", "shared", lambda _s: {"keys": [{"kty": "oct", "kid": KID, "k": "c2VjcmV0"}]}, "key")
bend("keys", "kty", "elliptic", lambda _s: {"keys": [public(ec_key())]}, "key")


def weak(provider: Provider) -> None:
    provider.signing_key, provider.published = rsa_key("weak", 1024), [public(rsa_key("weak", 1024))]


def odd_curve(provider: Provider) -> None:
    provider.plan.header.append(lambda said: {**said, "alg": "ES256"})
    provider.plan.sign_with, provider.published = ec_key(), [public(ec_key("odd", ec.SECP384R1))]


lie("keys", "size", "1024 bits", weak, "key")
lie("keys", "crv", "P-384", odd_curve, "key")
on_the_wire("keys", "/jwks", **SPOILT)

# ------------------------------------------------------------------------------------- what the browser carries back
says("answer", "state", "another", "s" * 32, "state")
leaves_out("answer", "state", "state")
bend("answer", "state", "twice", lambda s: {**s, "state": [s["state"], "x"]}, "answer_form")
says("answer", "state", "too long", "s" * 5000, "answer_form")
leaves_out("answer", "code", "no_code")
says("answer", "code", "empty", "", "no_code")
says("answer", "code", "made up", "not-a-code", "status")
says("answer", "code", "too long", "c" * 5000, "answer_form")
bend("answer", "code", "twice", lambda s: {**s, "code": [s["code"], "x"]}, "answer_form")
says("answer", "iss", "another", "https://evil.example", "answer_issuer")
leaves_out("answer", "iss", "answer_issuer")
bend("answer", "iss", "with a slash", lambda s: {**s, "iss": s["iss"] + "/"}, "answer_issuer")
bend("answer", "iss", "twice", lambda s: {**s, "iss": [s["iss"], s["iss"]]}, "answer_form")
says("answer", "error", "denied", "access_denied", "provider_said.access_denied")
says("answer", "error", "two lines", "a\r\nb", "provider_said.unreadable")
says("answer", "error", "a page", "<script>alert(1)</script>", "provider_said.unreadable")

# --------------------------------------------------------------------------------------------- the token endpoint
leaves_out("token", "id_token", "identity_token")
for name, value in {"null": None, "a number": 7, "empty": "", "a list": ["a.b.c"], "an object": {}}.items():
    says("token", "id_token", name, value, "identity_token")
says("token", "id_token", "no token", "signed in", "token_form")
says("token", "id_token", "too long", "a." * 40_000, "identity_token")
leaves_out("token", "access_token", "access_token")
for name, value in {"null": None, "a list": ["a"], "two lines": "a\r\nX: y", "too long": "a" * 20_000}.items():
    says("token", "access_token", name, value, "access_token")
says("token", "access_token", "not the one signed for", "another-token", "access_token_hash", "status")
leaves_out("token", "token_type", "token_answer")
says("token", "token_type", "another", "mac", "token_answer")
says("token", "token_type", "a list", ["Bearer"], "token_answer")
on_the_wire("token", "/token", **SPOILT)

# --------------------------------------------------------------------------------------------- the token's header
for name, value in {"none": "none", "None": "None", "RS512": "RS512", "HS256": "HS256", "a list": ["RS256"]}.items():
    says("header", "alg", name, value, "algorithm")
leaves_out("header", "alg", "algorithm")
says("header", "kid", "unknown", "a-key-nobody-published", "unknown_key")
leaves_out("header", "kid", "key_id")
for name, value in {"a number": 7, "null": None, "empty": "", "a list": [KID], "a path": "../../dev/null"}.items():
    says("header", "kid", name, value, "key_id", "unknown_key")
says("header", "jku", "the liar's own", "https://evil.example/jwks", "header")
says("header", "x5u", "the liar's own", "https://evil.example/cert", "header")
says("header", "crit", "unheard of", ["exp2"], "header")
says("header", "b64", "not", False, "header")
says("header", "typ", "an access token", "at+jwt", "token_type")
says("header", "typ", "a logout token", "logout+jwt", "token_type")
bend("header", "form", "no JSON", lambda _s: b"{alg: RS256}", "json")
bend("header", "form", "a list", lambda s: [s], "json")
bend("header", "form", "twice", lambda s: written(s).rstrip(b"}") + b',"alg":"none"}', "json")


def own_key_inside(provider: Provider) -> None:
    provider.plan.header.append(lambda said: {**said, "jwk": public(rsa_key("other"))})
    provider.plan.sign_with = rsa_key("other")


def stripped(made: str) -> str:
    header = b64(written({"alg": "none", "kid": KID}))
    return f"{header}.{made.split('.')[1]}."


def shared_secret(secret: bytes) -> Callable[[str], str]:
    """The oldest trick: the public key as the secret of a symmetric signature."""

    def signed(made: str) -> str:
        first = f"{b64(written({'alg': 'HS256', 'kid': KID, 'typ': 'JWT'}))}.{made.split('.')[1]}"
        return f"{first}.{b64(hmac.new(secret, first.encode(), hashlib.sha256).digest())}"

    return signed


def pem() -> bytes:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return rsa_key().public_key().public_bytes(serialization.Encoding.PEM, kind)


def flipped(made: str) -> str:
    first, second, third = made.split(".")
    raw = bytearray(base64.urlsafe_b64decode(third + "=="))
    raw[7] ^= 1
    return f"{first}.{second}.{b64(bytes(raw))}"


def other_payload(made: str) -> str:
    first, second, third = made.split(".")
    said = base64.urlsafe_b64decode(second + "==").replace(b'"ann"', b'"bob"')
    return f"{first}.{b64(said)}.{third}"


lie("header", "jwk", "the liar's own", own_key_inside, "header")
lie("identity", "signature", "another key", lambda p: setattr(p.plan, "sign_with", rsa_key("third")), "signature")
bend("identity", "signature", "stripped", stripped, "token_form", "algorithm")
bend("identity", "signature", "flipped", flipped, "signature")
bend("identity", "signature", "of another payload", other_payload, "signature")
bend("identity", "signature", "by the public key", lambda made: shared_secret(pem())(made), "algorithm")
bend("identity", "signature", "by the client secret", shared_secret(b"a-client-secret-for-tests"), "algorithm")
bend("identity", "form", "two parts", lambda made: made.rpartition(".")[0], "token_form")
bend("identity", "form", "five parts", lambda made: f"{made}.a.b", "token_form")
bend("identity", "form", "padded", lambda made: made + "=", "token_form", "signature")
bend("identity", "form", "other characters", lambda made: "ä" + made, "token_form")
bend("identity", "form", "line ends", lambda made: made.replace(".", ".\n", 1), "token_form")

# --------------------------------------------------------------------------------------------- the token's claims
says("claims", "iss", "another", "https://evil.example", "issuer")
leaves_out("claims", "iss", "issuer")
bend("claims", "iss", "a list", lambda s: {**s, "iss": [s["iss"]]}, "issuer")
bend("claims", "iss", "with a slash", lambda s: {**s, "iss": s["iss"] + "/"}, "issuer")
bend("claims", "iss", "in capitals", lambda s: {**s, "iss": s["iss"].upper()}, "issuer")
says("claims", "aud", "another client", "another-client", "audience")
leaves_out("claims", "aud", "audience")
for name, value in {
    "longer": "gatehouse2",
    "in capitals": "Gatehouse",
    "a number": 7,
    "none": [],
    "null": None,
}.items():
    says("claims", "aud", name, value, "audience")
says("claims", "aud", "for others too", ["gatehouse", "another-client"], "authorized_party")
says("claims", "aud", "an object", {"gatehouse": 1}, "audience")
says("claims", "aud", "not only words", ["gatehouse", 7], "audience")
says("claims", "azp", "another client", "another-client", "authorized_party")
says("claims", "azp", "a list", ["gatehouse"], "authorized_party")
bend("claims", "exp", "past", lambda s: {**s, "exp": now() - 120}, "expired")
leaves_out("claims", "exp", "expired")
for name, value in {"a word": "tomorrow", "true": True, "a list": [9e9], "negative": -1, "endless": 1e300}.items():
    says("claims", "exp", name, value, "expired")
bend("claims", "iat", "in the future", lambda s: {**s, "iat": now() + 120}, "issued")
bend("claims", "iat", "old", lambda s: {**s, "iat": now() - 3600}, "issued")
leaves_out("claims", "iat", "issued")
says("claims", "iat", "a word", "now", "issued")
bend("claims", "nbf", "in the future", lambda s: {**s, "nbf": now() + 120}, "not_before")
says("claims", "nbf", "a word", "soon", "not_before")
says("claims", "nonce", "another", "n" * 32, "nonce")
leaves_out("claims", "nonce", "nonce")
bend("claims", "nonce", "a list", lambda s: {**s, "nonce": [s["nonce"]]}, "nonce")
says("claims", "nonce", "null", None, "nonce")
leaves_out("claims", "sub", "subject")
for name, value in {
    "null": None, "empty": "", "a number": 7, "a list": ["ann"], "too long": "a" * 256, "a line end": "ann\n",
    "spaces": " ann", "other characters": "änn", "nothing seen": "ann\u200b", "true": True, "an object": {"sub": "ann"},
}.items():  # fmt: skip
    says("claims", "sub", name, value, "subject")
says("claims", "sub", "a zero", "ann\x00", "json", "subject")
says("claims", "sub", "half a character", "ann\ud800", "json", "subject")
bend("claims", "auth_time", "in the future", lambda s: {**s, "auth_time": now() + 3600}, "auth_time")
for name, value in {"a word": "now", "negative": -1, "endless": 1e300, "true": True, "a list": [1]}.items():
    says("claims", "auth_time", name, value, "auth_time")
says("claims", "at_hash", "of another token", "AAAAAAAAAAAAAAAAAAAAAA", "access_token_hash")
says("claims", "at_hash", "a number", 7, "access_token_hash")
says("claims", "acr", "a list", ["mfa"], "acr")
says("claims", "amr", "a word", "mfa", "amr")
says("claims", "amr", "numbers", [1, 2], "amr")
bend("claims", "form", "a list", lambda s: [s], "json")
bend("claims", "form", "no JSON", lambda _s: b"{sub: ann}", "json")
bend("claims", "form", "a subject twice", lambda s: written(s).rstrip(b"}") + b',"sub":"bob"}', "json")
bend("claims", "form", "no number", lambda s: written(s).rstrip(b"}") + b',"x":Infinity}', "json")

# ----------------------------------------------------------------------------------------------------- the userinfo
says("userinfo", "sub", "somebody else", "bob", "userinfo_subject")
leaves_out("userinfo", "sub", "userinfo_subject")
for name, value in {"null": None, "a number": 7, "a list": ["ann"], "in capitals": "ANN", "longer": "ann "}.items():
    says("userinfo", "sub", name, value, "userinfo_subject")
bend("userinfo", "form", "signed by another", lambda s: _userinfo(s, rsa_key("other")), "signature")
bend("userinfo", "form", "signed for another", lambda s: _userinfo({**s, "aud": "x"}, rsa_key()), "userinfo")
bend("userinfo", "form", "not signed", lambda s: stripped(f"a.{b64(written(s))}.b").encode(), "token_form")
on_the_wire("userinfo", "/userinfo", **SPOILT)


def _userinfo(said: Any, key: Any) -> bytes:
    return token({"alg": "RS256", "kid": KID}, said, key).encode()


# ------------------------------------------------------------------------------------------------------- which cases
def fields() -> dict[tuple[str, str], Lie]:
    """The first lie about each field."""
    first: dict[tuple[str, str], Lie] = {}
    for one in LIES:
        first.setdefault((one.place, one.field), one)
    return first


def pairs() -> list[tuple[Lie, Lie]]:
    """The first lies about every two fields, told together.

    Bad metadata end a sign-in before anything else is said, so of those fields only two are paired with the rest.
    """
    used = [one for one in fields().values() if one.place != "metadata" or one.field in {"issuer", "wire"}]
    return list(itertools.combinations(used, 2))


def falsify(provider: Provider, *lies: Lie) -> None:
    """From now on the provider tells exactly these."""
    provider.reset()
    assert provider.plan == Plan()
    for one in lies:
        one.falsify(provider)

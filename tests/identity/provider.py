"""An OpenID provider on loopback that keeps to the protocol, and lies wherever a test tells it to.

`Plan` holds what is bent: a function for each thing it says. Without any, everything it says is true, and the portal
signs people in with it (the control of every test here).
"""

import base64
import gzip
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CLIENT_ID, CLIENT_SECRET = "gatehouse", "a-client-secret-for-tests"
KID = "the-key-of-today"
Facts = dict[str, Any]
Bend = Callable[[Any], Any]


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@cache
def rsa_key(which: str = "", bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key(which: str = "", curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve())


def whole(number: int) -> str:
    return b64(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def public(key: Any, kid: str = KID, **more: Any) -> Facts:
    """The key as a provider publishes it (RFC 7517)."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"kty": "RSA", "kid": kid, "use": "sig", "n": whole(numbers.n), "e": whole(numbers.e), **more}
    point = key.public_key().public_numbers()
    size = (key.key_size + 7) // 8
    name = {256: "P-256", 384: "P-384"}[key.key_size]
    x, y = (b64(part.to_bytes(size, "big")) for part in (point.x, point.y))
    return {"kty": "EC", "kid": kid, "use": "sig", "crv": name, "x": x, "y": y, **more}


def signature(key: Any, signed: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def written(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def token(header: Facts | bytes, claims: Any, key: Any) -> str:
    """A signed token of any header and claims, also of such that make no sense."""
    first, second = b64(written(header)), b64(written(claims))
    return f"{first}.{second}.{b64(signature(key, f'{first}.{second}'.encode()))}"


@dataclass
class Plan:
    """What is bent in the next sign-in; `wire` maps an address to a way of answering it badly."""

    metadata: list[Bend] = field(default_factory=list)
    keys: list[Bend] = field(default_factory=list)
    answer: list[Bend] = field(default_factory=list)
    token: list[Bend] = field(default_factory=list)
    header: list[Bend] = field(default_factory=list)
    claims: list[Bend] = field(default_factory=list)
    identity: list[Bend] = field(default_factory=list)  # the finished identity token
    userinfo: list[Bend] = field(default_factory=list)
    wire: dict[str, str] = field(default_factory=dict)
    sign_with: Any = None


@dataclass
class Answer:
    status: int = 200
    kind: str = "application/json"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Provider:
    """One provider: its keys, the codes it has issued, and what it falsifies."""

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_about: None  # type: ignore[method-assign]  # the portal hangs up on it
        self.server.provider = self  # type: ignore[attr-defined]
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.calls: list[str] = []
        self.released = threading.Event()
        self.hold = 0.5
        self.reset()

    def reset(self) -> None:
        """Truthful again, about the same person."""
        self.plan, self.codes, self.calls = Plan(), {}, []
        self.signing_key, self.published = rsa_key(), [public(rsa_key())]
        self.person: Facts = {"sub": "ann", "name": "Ann Holm", "email": "ann@nordvik.example", "email_verified": True}
        self.says: Facts = {}

    def authorize(self, asked: Facts) -> Facts:
        """The person agrees; what their browser carries back to the portal."""
        code = secrets.token_urlsafe(24)
        self.codes[code] = dict(asked)
        return _bent(self.plan.answer, {"code": code, "state": asked["state"], "iss": self.issuer})

    # ------------------------------------------------------------------------------------------- what it answers
    def respond(self, path: str, form: Facts, authorization: str) -> Answer:
        if path == "/.well-known/openid-configuration":
            return self._json(_bent(self.plan.metadata, self.metadata()))
        if path == "/jwks":
            return self._json(_bent(self.plan.keys, {"keys": self.published}))
        if path == "/token":
            return self._token(form, authorization)
        if path == "/userinfo":
            said = _bent(self.plan.userinfo, dict(self.person))
            return Answer(kind="application/jwt", body=said) if isinstance(said, bytes) else self._json(said)
        return Answer(404)

    def metadata(self) -> Facts:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _json(self, said: Any) -> Answer:
        return Answer(body=written(said))

    def _token(self, form: Facts, authorization: str) -> Answer:
        """RFC 6749, 4.1.3 and RFC 7636: the right client, the right code once, the right verifier."""
        if not self._knows(form, authorization):
            return Answer(401, body=b'{"error": "invalid_client"}')
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return Answer(400, body=b'{"error": "invalid_grant"}')
        challenge = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked.get("code_challenge", challenge) != challenge:
            return Answer(400, body=b'{"error": "invalid_grant"}')
        access = secrets.token_urlsafe(24)
        identity = _bent(self.plan.identity, self.identity_token(asked.get("nonce"), access))
        said = {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": identity}
        return self._json(_bent(self.plan.token, said))

    def _knows(self, form: Facts, authorization: str) -> bool:
        if authorization.startswith("Basic "):
            pair = base64.b64decode(authorization[6:]).decode()
            return [unquote_plus(half) for half in pair.split(":")] == [CLIENT_ID, CLIENT_SECRET]
        return form.get("client_secret") == CLIENT_SECRET

    def identity_token(self, nonce: str | None, access: str) -> str:
        now = int(time.time())
        half = b64(hashlib.sha256(access.encode()).digest()[:16])
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "sub": self.person["sub"], "exp": now + 300, "iat": now}
        claims |= {"nonce": nonce, "auth_time": now, "at_hash": half, **self.says}
        kind = "RS256" if isinstance(self.signing_key, rsa.RSAPrivateKey) else "ES256"
        header = _bent(self.plan.header, {"alg": kind, "kid": self.published[0].get("kid", KID), "typ": "JWT"})
        return token(header, _bent(self.plan.claims, claims), self.plan.sign_with or self.signing_key)


def _bent(bends: list[Bend], said: Any) -> Any:
    for bend in bends:
        said = bend(said)
    return said


class Handler(BaseHTTPRequestHandler):
    """HTTP as it is, or as bad as the plan wants it."""

    def log_message(self, *_about: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._serve({name: values[0] for name, values in parse_qs(body).items()})

    def _serve(self, form: Facts) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        provider.calls.append(path)
        answer = provider.respond(path, form, self.headers.get("Authorization", ""))
        bad = provider.plan.wire.get(path, "")
        if bad == "slow":
            provider.released.wait(provider.hold)
        elif bad == "hang_up":
            self.close_connection = True
            return
        self._send(_spoilt(answer, bad), slowly=bad == "drip", cut=bad == "cut")

    def _send(self, answer: Answer, *, slowly: bool, cut: bool) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) + (1000 if cut else 0)))
        self.end_headers()
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        if not slowly:
            self.wfile.write(answer.body)
            return
        for byte in answer.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if provider.released.wait(0.02):
                return


def _spoilt(answer: Answer, bad: str) -> Answer:
    """The ways in which the wire itself can be wrong."""
    home = (("Location", "/jwks"),)
    return {
        "redirect": Answer(302, headers=home, body=answer.body),
        "error": Answer(500, body=b"<h1>It broke</h1>"),
        "unavailable": Answer(503, body=b"{}"),
        "denied": Answer(401, body=b"{}"),
        "teapot": Answer(201, body=answer.body),
        "huge": Answer(body=b'{"padding": "' + b"x" * 10_000_000 + b'"}'),
        "packed": Answer(body=gzip.compress(answer.body), headers=(("Content-Encoding", "gzip"),)),
        "page": Answer(kind="text/html", body=b"<!doctype html><title>Sign in</title>"),
        "empty": Answer(),
        "list": Answer(body=b"[" + answer.body + b"]"),
        "half": Answer(body=answer.body[: len(answer.body) // 2]),
        "nested": Answer(body=b'{"a":' * 50_000),
        "binary": Answer(body=b"\xff\xfe\x00{" + answer.body),
        "twice": Answer(body=answer.body.rstrip(b"}") + b"," + answer.body.lstrip(b"{")),
        "not_a_number": Answer(body=answer.body.rstrip(b"}") + b',"x":NaN}'),
        "text": Answer(body=b'"signed in"'),
    }.get(bad, answer)


@contextmanager
def serving() -> Iterator[Provider]:
    """A provider that answers while the block runs."""
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.released.set()
        provider.server.shutdown()
        provider.server.server_close()
        thread.join()

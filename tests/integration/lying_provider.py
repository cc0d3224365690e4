"""A small identity provider on loopback that can lie in any field, break off, and be slow."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client, override_settings
from django.urls import reverse

CLIENT_ID = "gatehouse"
MISSING = object()


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """An RSA key of that name (2048 bits, made once)."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(name: str) -> bytes:
    return (
        key(name).public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def jwk(name: str, kid: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key(name).public_key()))
    return {**found, "kid": kid, "alg": "RS256", "use": "sig"}


class Provider:
    """What it says next; every field may be changed by a test."""

    def __init__(self) -> None:
        self.issuer = ""
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.algorithm, self.signed_by, self.kid = "RS256", "good", "k1"
        self.userinfo: dict[str, Any] = {
            "sub": "ann", "name": "Ann Holm", "email": "ann@nordvik.example", "email_verified": True,
        }  # fmt: skip
        self.jwks: list[dict[str, Any]] = [jwk("good", "k1")]
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.delay = 0.0
        self.nonce, self.challenge = "", ""
        self.verifier_fits: bool | None = None
        self.used_codes: set[str] = set()

    def token(self) -> str:
        """The ID token, honest but for what the test changed; a claim set to MISSING is left out."""
        now = int(time.time())
        honest = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "ann", "iat": now, "exp": now + 300, "auth_time": now,
            "nonce": self.nonce, "acr": "mfa",
        }  # fmt: skip
        claims = {name: value for name, value in {**honest, **self.claims}.items() if value is not MISSING}
        secret: Any = key(self.signed_by)
        if self.algorithm == "none":
            return jwt.encode(claims, None, algorithm="none", headers={"kid": self.kid, **self.header})
        if self.algorithm == "HS256":
            return hs256(claims, public_pem("good"), {"kid": self.kid, **self.header})
        return jwt.encode(claims, secret, algorithm=self.algorithm, headers={"kid": self.kid, **self.header})

    def answer(self, path: str, form: dict[str, list[str]]) -> tuple[int, bytes]:
        time.sleep(self.delay)
        if path in self.answers:
            return self.answers[path]
        if path == "/token/":
            verifier = form.get("code_verifier", [""])[0]
            self.verifier_fits = challenge_of(verifier) == self.challenge
            if not self.verifier_fits or form["code"][0] in self.used_codes:
                return 400, b'{"error": "invalid_grant"}'
            self.used_codes.add(form["code"][0])
            return 200, json.dumps({"id_token": self.token(), "access_token": "a"}).encode()
        if path == "/userinfo/":
            return 200, json.dumps(self.userinfo).encode()
        return 200, json.dumps({"keys": self.jwks}).encode()


def hs256(claims: dict[str, Any], secret: bytes, header: dict[str, Any]) -> str:
    """The classic confusion: the public key used as the secret of an HMAC (the library refuses to help with it)."""
    import hmac

    parts = [{"alg": "HS256", "typ": "JWT", **header}, claims]
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    mac = hmac.new(secret, signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def running() -> Iterator[Provider]:
    """The provider, on a port of its own, with the portal's settings pointing at it."""
    from urllib.parse import parse_qs

    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._say(parse_qs(self.rfile.read(length).decode()))

        def _say(self, form: dict[str, list[str]]) -> None:
            status, body = provider.answer(self.path, form)
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return  # the portal has given up waiting

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    try:
        with override_settings(
            OIDC_ISSUER=provider.issuer,
            OIDC_OP_AUTHORIZATION_ENDPOINT=f"{provider.issuer}/authorize/",
            OIDC_OP_TOKEN_ENDPOINT=f"{provider.issuer}/token/",
            OIDC_OP_USER_ENDPOINT=f"{provider.issuer}/userinfo/",
            OIDC_OP_JWKS_ENDPOINT=f"{provider.issuer}/jwks/",
            OIDC_RP_CLIENT_ID=CLIENT_ID,
            OIDC_TIMEOUT=1,
        ):
            yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def begin(provider: Provider, client: Client, **asked: str) -> str:
    """Off to the provider: it remembers nonce and challenge; the state comes back."""
    from urllib.parse import parse_qs, urlsplit

    answer = client.get(reverse("oidc_authentication_init"), asked)
    sent = {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}
    provider.nonce, provider.challenge = sent["nonce"], sent["code_challenge"]
    assert sent["code_challenge_method"] == "S256"
    return sent["state"]


def come_back(client: Client, state: str, code: str = "a-code") -> Any:
    return client.get(reverse("oidc_authentication_callback"), {"code": code, "state": state})


def sign_in(provider: Provider, client: Client | None = None, code: str = "a-code") -> tuple[Client, Any]:
    client = client or Client()
    return client, come_back(client, begin(provider, client), code)

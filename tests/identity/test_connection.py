"""The test of a connection to a provider: each fault by its own code, so that the operator knows who mends it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from apps.identity.oidc import connection
from apps.identity.oidc.checks import Untrusted
from apps.identity.oidc.connection import Client, Step, connection_steps, works
from apps.identity.oidc.connection_words import SENTENCES
from tests.identity.provider import CLIENT_ID, CLIENT_SECRET, Provider, rsa_key, serving

HERE = "https://portal.example.org/oidc/callback/"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as running:
        yield running


def examined(issuer: str, *, secret: str = CLIENT_SECRET, apart: float = 0) -> list[Step]:
    now = datetime.now(UTC) + timedelta(seconds=apart)
    return connection_steps(Client(issuer, CLIENT_ID, secret, HERE), now)


def faults(steps: list[Step]) -> set[str]:
    assert all(step.sentence.endswith((".", ":")) for step in steps)
    return {step.code for step in steps if step.ok is False}


def test_a_provider_that_is_in_order_works(provider: Provider) -> None:
    steps = examined(provider.issuer)
    assert works(steps) and faults(steps) == set()
    assert {"reached", "clock", "issuer", "flow", "keys", "secret"} <= {step.code for step in steps}
    assert provider.codes == {}  # no code was used, nobody signed in


def test_a_wrong_client_secret_is_named(provider: Provider) -> None:
    """Case 43: "Forbidden" helps nobody."""
    assert faults(examined(provider.issuer, secret="another-secret-0123456789")) == {"secret_wrong"}


def without(*names: str) -> Callable[[Any], Any]:
    return lambda said: {name: value for name, value in said.items() if name not in names}


def with_(**facts: Any) -> Callable[[Any], Any]:
    return lambda said: {**said, **facts}


@pytest.mark.parametrize(
    ("bend", "codes"),
    [
        (with_(issuer="https://other.example"), {"issuer_other"}),
        (without("issuer"), {"issuer_other"}),
        (without("token_endpoint"), {"addresses"}),
        (with_(jwks_uri="http://keys.example/"), {"addresses", "keys_unreachable"}),
        (with_(code_challenge_methods_supported=["plain"]), {"flow_missing"}),
        (with_(id_token_signing_alg_values_supported=["HS256"]), {"flow_missing"}),
        (with_(token_endpoint_auth_methods_supported=["client_secret_post"]), set()),
    ],
)
def test_metadata_that_do_not_fit_are_named(provider: Provider, bend: Callable[[Any], Any], codes: set[str]) -> None:
    provider.plan.metadata.append(bend)
    assert faults(examined(provider.issuer)) == codes


@pytest.mark.parametrize(
    "keys", [[], [{"kty": "RSA"}], [{"kid": "x"}], ["text"], [{"kty": "oct", "kid": "x", "k": "AAAA"}]]
)
def test_a_provider_without_a_usable_key_is_named(provider: Provider, keys: list[Any]) -> None:
    provider.published = keys
    assert faults(examined(provider.issuer)) == {"no_keys"}


def test_keys_that_are_no_list_and_a_broken_key_address_are_named(provider: Provider) -> None:
    provider.plan.keys.append(lambda _said: {"keys": "none"})
    assert faults(examined(provider.issuer)) == {"no_keys"}
    provider.plan.wire["/jwks"] = "error"
    assert faults(examined(provider.issuer)) == {"keys_unreachable"}


@pytest.mark.parametrize(("apart", "codes"), [(30, set()), (3600, {"clock_apart"}), (-3600, {"clock_apart"})])
def test_a_clock_that_differs_is_named(provider: Provider, apart: float, codes: set[str]) -> None:
    assert faults(examined(provider.issuer, apart=apart)) == codes


@pytest.mark.parametrize(
    ("path", "bad", "code"),
    [
        ("/.well-known/openid-configuration", "error", "status"),
        ("/.well-known/openid-configuration", "redirect", "status"),
        ("/.well-known/openid-configuration", "page", "not_metadata"),
        ("/.well-known/openid-configuration", "list", "not_metadata"),
        ("/.well-known/openid-configuration", "huge", "unreachable"),
        ("/.well-known/openid-configuration", "hang_up", "unreachable"),
    ],
)
def test_a_host_that_answers_something_else_is_named(provider: Provider, path: str, bad: str, code: str) -> None:
    provider.plan.wire[path] = bad
    assert faults(examined(provider.issuer)) == {code}


@pytest.mark.parametrize("bad", ["page", "unavailable", "hang_up"])
def test_a_token_endpoint_that_says_nothing_is_no_verdict(provider: Provider, bad: str) -> None:
    provider.plan.wire["/token"] = bad
    steps = examined(provider.issuer)
    assert faults(steps) <= {"secret"} and works(steps)


@pytest.mark.parametrize(
    ("issuer", "code"),
    [
        ("http://127.0.0.1:1", "refused"),
        ("https://no-such-host.invalid", "unknown_host"),
        ("http://idp.example.org", "address"),
        ("ftp://idp.example.org", "address"),
        ("not an address", "address"),
        ("https://[x", "address"),
    ],
)
def test_a_host_that_cannot_be_reached_is_named(issuer: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if code == "unknown_host":
        monkeypatch.setattr(socket, "getaddrinfo", _unknown)
    assert faults(examined(issuer)) == {code}


def _unknown(*_about: Any, **_more: Any) -> Any:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@contextmanager
def tls_server(folder: Path, *, ends: datetime, name: str = "localhost") -> Iterator[str]:
    """A server with a certificate that it issued itself."""
    key, about = rsa_key("tls"), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(about).issuer_name(about).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime.now(UTC) - timedelta(days=9)).not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_shake_hands, args=(listener, context), daemon=True)
    thread.start()
    yield f"https://localhost:{listener.getsockname()[1]}"
    listener.close()


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    try:
        connection_, _address = listener.accept()
        context.wrap_socket(connection_, server_side=True).close()
    except OSError:
        return  # the portal did not like the certificate, or the test is over


def test_a_certificate_of_an_unknown_authority_is_named(tmp_path: Path) -> None:
    with tls_server(tmp_path, ends=datetime.now(UTC) + timedelta(days=9)) as issuer:
        assert faults(examined(issuer)) == {"certificate_unknown"}


@pytest.mark.parametrize(
    ("days", "name", "code"), [(-1, "localhost", "certificate_expired"), (9, "other.example", "certificate_name")]
)
def test_an_expired_or_foreign_certificate_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, name: str, code: str
) -> None:
    """With this authority trusted, only the date or the name is wrong."""
    with tls_server(tmp_path, ends=datetime.now(UTC) + timedelta(days=days), name=name) as issuer:
        trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        monkeypatch.setattr(connection.oidc_http, "_trust", trusting)
        assert faults(examined(issuer)) == {code}


def test_every_code_has_a_sentence_and_an_unknown_fault_has_one_too() -> None:
    assert set(connection.CERTIFICATE_FAULTS.values()) <= set(SENTENCES)
    assert connection.unreachable_code(Untrusted("cut")) == "unreachable"


@pytest.mark.parametrize(
    ("end", "code"),
    [("https://idp.test/logout", "sign_out"), ("https://other.example/out", "sign_out_origin"), (None, "no_sign_out")],
)
def test_where_signing_out_leads_is_compared_with_the_content_security_policy(
    provider: Provider, end: str | None, code: str
) -> None:
    if end is not None:
        provider.plan.metadata.append(with_(end_session_endpoint=end))
    steps = examined(provider.issuer)
    assert code in {step.code for step in steps} and works(steps)


def test_control_no_step_at_all_is_no_success() -> None:
    assert not works([])

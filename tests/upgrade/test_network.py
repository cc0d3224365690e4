"""The networks that hospitals have: several database hosts, poolers, proxies, their own authorities, sentinels."""

import base64
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from apps.identity.oidc import http as oidc_http
from apps.identity.oidc.checks import Untrusted
from portal import pooler
from portal.settings import environment
from portal.settings.base import broker_options
from tests import database
from tests.production import COMPLETE, start


def test_of_several_database_hosts_the_one_that_writes_is_used(database_urls: database.Urls) -> None:
    """Case 41: `DATABASE_URL` with two hosts was a ValueError. The first host of this one does not answer."""
    parts = urlsplit(database_urls.app)
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        hosts = f"127.0.0.1:{silent.getsockname()[1]},127.0.0.1:{parts.port}"
        entry = environment.database(f"postgresql://{parts.username}:{parts.password}@{hosts}{parts.path}")
        options = {name: value for name, value in entry["OPTIONS"].items() if name != "prepare_threshold"}
        with psycopg.connect(
            host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"],
            dbname=entry["NAME"], **options,
        ) as connected:  # fmt: skip
            row = connected.execute("SELECT current_setting('application_name')").fetchone()
    assert entry["OPTIONS"]["target_session_attrs"] == "read-write"
    assert row == ("gatehouse-web",)


@pytest.mark.parametrize(
    ("program", "name"),
    [
        (["/x/bin/gunicorn", "portal.wsgi"], "web"),
        (["/x/bin/celery", "-A", "portal.celery", "worker"], "worker"),
        (["/x/celery/__main__.py", "-A", "portal.celery", "beat"], "beat"),
        (["manage.py", "office"], "command"),
        (["/x/bin/gatehouse", "migrate"], "migrate"),
    ],
)
def test_each_process_has_its_own_name_at_the_database(
    program: list[str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", program)
    entry = environment.database("postgresql://gatehouse_app:x@db/gatehouse")
    assert entry["OPTIONS"]["application_name"] == f"gatehouse-{name}"


@pytest.mark.parametrize(
    "url", ["postgresql://u:geheim@h1:1,h2:x/n?nothing=1", "postgresql://u:geheim@h/", "mysql://h/n"]
)
def test_a_wrong_database_address_is_a_sentence_without_the_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.database(url)
    assert "DATABASE_URL" in str(refused.value)
    assert "geheim" not in str(refused.value)


# ------------------------------------------------------------------------------------------------------- poolers
class FakePooler:
    """Two client connections, and which server process each statement of a client reaches."""

    def __init__(self, reached: dict[str, list[int]]) -> None:
        self.reached, self.names = reached, iter(("first", "second"))

    def connect(self, **_parameters: object) -> "FakeClient":
        return FakeClient(self.reached[next(self.names)])


class FakeClient:
    def __init__(self, reached: list[int]) -> None:
        self.reached, self.info = iter(reached), self
        self.backend_pid = 999  # a pooler invents the number in its greeting

    def execute(self, _sql: str) -> "FakeClient":
        return self

    def fetchone(self) -> tuple[int]:
        return (next(self.reached),)

    def rollback(self) -> None:
        """Nothing to undo."""

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ([7, 7], [7], True),  # the second got what the first had
        ([7, 8], [9], True),  # somebody else had it meanwhile
        ([7] * 9, [8] * 9, False),  # session mode: each keeps its own
        ([999], [], False),  # no pooler at all
    ],
)
def test_a_pooler_in_transaction_mode_is_recognised(
    first: list[int], second: list[int], shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 41: 7 of 60 pages were 500 behind it, undetected."""
    monkeypatch.setattr(pooler.psycopg, "connect", FakePooler({"first": first, "second": second}).connect)
    assert pooler.is_shared_between_transactions({}) is shared


@pytest.mark.django_db
def test_the_portal_starts_without_a_pooler_and_not_behind_one(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    pooler.refuse_transaction_pooler()
    monkeypatch.setattr(pooler, "is_shared_between_transactions", lambda _parameters: True)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL leads through a pooler"):
        pooler.refuse_transaction_pooler()


@pytest.mark.django_db
def test_a_database_that_is_away_does_not_keep_the_portal_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_parameters: object) -> bool:
        raise psycopg.OperationalError

    monkeypatch.setattr(pooler, "is_shared_between_transactions", away)
    pooler.refuse_transaction_pooler()


# ------------------------------------------------------------------------------------------ proxies and authorities
@pytest.fixture
def proxy() -> Iterator[tuple[int, list[bytes]]]:
    """A proxy that writes down what it is asked and refuses it."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with listening.accept()[0] as client:
                asked.append(client.recv(4096))
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], asked


def test_a_provider_is_called_through_the_proxy(
    proxy: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 41: the proxy learns the host; what is said to the provider stays inside TLS."""
    port, asked = proxy
    monkeypatch.setenv("HTTPS_PROXY", f"http://portal:p%40ss@127.0.0.1:{port}")
    with pytest.raises(Untrusted, match="unreachable"):
        oidc_http.fetch("https://idp.example.org/token", form={"code": "secret"})
    assert asked[0].startswith(b"CONNECT idp.example.org:443 HTTP/1.")
    assert base64.b64encode(b"portal:p@ss") in asked[0]
    assert b"secret" not in asked[0]


def test_a_host_of_no_proxy_is_called_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.org")
    assert oidc_http._secure("idp.example.org", 443, 1).host == "idp.example.org"
    monkeypatch.setenv("NO_PROXY", "example.com")
    assert oidc_http._secure("idp.example.org", 443, 1).host == "127.0.0.1"


def test_the_authorities_of_ca_file_are_trusted_by_every_client(tmp_path: Path) -> None:
    """Case 41: provider (ssl), S3 (botocore), PostgreSQL (libpq)."""
    key, certificate = tmp_path / "key.pem", tmp_path / "ca.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Hospital CA", "-days", "2"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    names = "'AWS_CA_BUNDLE', 'PGSSLROOTCERT'"
    say = (
        f"settings.DEBUG, [__import__('os').environ[n] for n in ({names})],"
        " len(__import__('apps.identity.oidc.http').identity.oidc.http._trust.get_ca_certs())"
    )
    said = start(say, **COMPLETE, CA_FILE=str(certificate), SSL_CERT_DIR=str(tmp_path))
    assert said.stdout.strip() == f"(False, ['{certificate}', '{certificate}'], 1)", said.stderr
    refused = start("settings.DEBUG", **COMPLETE, CA_FILE=str(tmp_path / "none.pem"))
    assert "CA_FILE: " in refused.stderr.strip().splitlines()[-1]


# ------------------------------------------------------------------------------------------------------ the broker
def test_a_broker_behind_sentinels() -> None:
    """Case 41: one address of each sentinel, separated by semicolons."""
    url = "sentinel://:pw@s1.example.org:26379;sentinel://:pw@s2.example.org:26379"
    say = "settings.CELERY_BROKER_TRANSPORT_OPTIONS['master_name']"
    assert start(say, **{**COMPLETE, "BROKER_URL": url, "BROKER_SENTINEL_MASTER": "gatehouse"}).stdout == "gatehouse\n"
    assert "BROKER_SENTINEL_MASTER" in start("settings.DEBUG", **{**COMPLETE, "BROKER_URL": url}).stderr
    cluster = start("settings.DEBUG", **{**COMPLETE, "BROKER_URL": "redis+cluster://broker/0"})
    assert "names a cluster" in cluster.stderr
    assert broker_options("amqp://broker") == {}


def test_the_parts_of_an_address_with_two_hosts() -> None:
    assert conninfo_to_dict("postgresql://u@h1:1,h2:2/n")["port"] == "1,2"

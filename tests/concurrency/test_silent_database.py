"""A database that is there and says nothing: a 503 page within five seconds, and threads that stay free."""

import ast
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import OperationalError, connection

from apps.core.postgresql import driver
from deploy.demo.embedded import postgres
from tests import stories
from tests.production import COMPLETE, start
from tests.silent import silent_listener

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN = 5.0
LIMITS = {"statement": 4, "idle_in_transaction": 60}


@pytest.fixture(autouse=True)
def answering_again() -> Iterator[None]:
    yield
    driver.silence.ends()


@pytest.fixture
def silent_database() -> Iterator[None]:
    """Where the database was, somebody takes connections and says nothing."""
    kept = dict(connection.settings_dict)
    connection.close()
    with silent_listener() as port:
        connection.settings_dict.update(HOST="127.0.0.1", PORT=str(port))
        connection.settings_dict["OPTIONS"] = {**kept["OPTIONS"], "connect_timeout": 2}
        yield
        connection.close()
    connection.settings_dict.update(kept)


@pytest.fixture
def limits() -> Iterator[dict[str, Any]]:
    """The limits of connections made from now on."""
    kept = connection.settings_dict["LIMITS"]
    connection.close()
    connection.settings_dict["LIMITS"] = changed = dict(LIMITS)
    yield changed
    connection.close()
    connection.settings_dict["LIMITS"] = kept


def page(path: str) -> tuple[int, float]:
    client = stories.client_for(None, raise_request_exception=False)
    client.cookies["sessionid"] = "a-session-of-somebody"
    began = time.monotonic()
    try:
        return client.get(path).status_code, time.monotonic() - began
    finally:
        connection.close()


def test_a_silent_database_costs_one_thread_its_limit_and_the_others_nothing(silent_database: None) -> None:
    """Case 40: the first page waits for the connection; then one thread at a time tries, and pages are 503 at once."""
    status, took = page("/datasets/")
    assert (status, took < WITHIN) == (503, True)
    with ThreadPoolExecutor(4) as threads:
        began = time.monotonic()
        answers = list(threads.map(page, ["/datasets/"] * 12))
    assert {status for status, _took in answers} == {503}
    assert max(took for _status, took in answers) < WITHIN
    assert sorted(took for _status, took in answers)[8] < 1, "three of four threads are refused at once"
    assert time.monotonic() - began < 2 * WITHIN


def test_an_answer_that_does_not_come_ends_the_wait_and_the_connection(limits: dict[str, Any]) -> None:
    """Case 40: a statement whose server is silent, which statement_timeout cannot end."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # as if the server were frozen
    raw: Any = connection.connection
    raw.limit = 0.3
    began = time.monotonic()
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    assert time.monotonic() - began < 3
    assert raw.closed
    assert driver.silence.seconds is not None
    connection.close()
    with connection.cursor() as cursor:  # and the next one connects again
        cursor.execute("SELECT 1")
    assert driver.silence.seconds is None


def test_without_the_limit_the_same_statement_is_waited_for(limits: dict[str, Any]) -> None:
    """The control of the test above."""
    with connection.cursor() as cursor:
        raw: Any = connection.connection
        raw.limit = 0.0
        cursor.execute("SELECT pg_sleep(0.6)")
    assert not raw.closed


def test_the_server_ends_a_slow_statement_and_the_connection_goes_on(limits: dict[str, Any]) -> None:
    limits["statement"] = 0.5
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    assert connection.connection is not None and not connection.connection.closed
    assert driver.silence.seconds is None


def test_a_transaction_in_which_nothing_is_asked_ends(limits: dict[str, Any]) -> None:
    """Its locks do not keep others waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name LIKE '%%transaction_session_timeout'")
        assert ("idle_in_transaction_session_timeout", "60000") in cursor.fetchall()
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("3600ms",)


def test_a_kept_connection_to_a_silent_server_is_not_used(limits: dict[str, Any]) -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    driver.silence.begins()
    assert not connection.is_usable()
    driver.silence.ends()
    assert connection.connection is not None
    connection.connection.close()
    assert not connection.is_usable()


def test_only_one_thread_tries_a_silent_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.core.postgresql.silence.PAUSE", 0.0)
    silence = driver.Silence()
    with silence.attempt(), silence.attempt():  # while it answers everybody connects
        assert silence.seconds is None
    silence.begins()
    with silence.attempt(), pytest.raises(psycopg.OperationalError), silence.attempt():
        raise AssertionError("unreachable")
    assert silence.seconds is None, "the first attempt succeeded"


def test_a_page_that_asks_twice_waits_for_a_silent_database_once(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = driver.Silence()
    with pytest.raises(psycopg.errors.ConnectionTimeout), silence.attempt():
        raise psycopg.errors.ConnectionTimeout
    with pytest.raises(psycopg.OperationalError, match="tried"), silence.attempt():
        raise AssertionError("unreachable")
    monkeypatch.setattr("apps.core.postgresql.silence.PAUSE", 0.0)
    with silence.attempt():
        pass
    assert silence.seconds is None, "after the pause somebody tries again"


def test_production_limits_the_database_and_names_each_limit() -> None:
    """Case 40: connections had neither a statement limit nor a TCP limit."""
    what = "[settings.DATABASES['default'][key] for key in ('LIMITS', 'OPTIONS')]"
    limits, options = ast.literal_eval(start(what, **COMPLETE).stdout)
    assert limits == {"statement": 4, "idle_in_transaction": 60}
    assert {"connect_timeout": 3, "tcp_user_timeout": 10_000, "keepalives": 1}.items() <= options.items()
    changed = {"DATABASE_CONNECT_SECONDS": "2", "DATABASE_STATEMENT_SECONDS": "9", "DATABASE_IDLE_SECONDS": "5"}
    limits, options = ast.literal_eval(start(what, **COMPLETE, **changed).stdout)
    assert (limits, options["connect_timeout"]) == ({"statement": 9, "idle_in_transaction": 5}, 2)


def _servers_of(port: int) -> list[int]:
    """The processes of the PostgreSQL on that port: it and its children."""
    mine = f"port={port}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, status = (folder / "cmdline").read_bytes(), (folder / "stat").read_text()
        except OSError:
            continue
        if mine in command or found and int(status.rpartition(")")[2].split()[1]) in found:
            found.append(int(folder.name))
    return found


@pytest.mark.exhaustive
def test_a_frozen_postgresql_gives_the_503_page_in_time_and_is_used_again_after(
    tmp_path: Path, limits: dict[str, Any]
) -> None:
    """Case 40: a real server, stopped while connections to it are kept, then continued."""
    kept = dict(connection.settings_dict)
    with postgres(tmp_path, fsync=False) as urls:
        parts = urlsplit(urls.owner)
        connection.settings_dict.update(HOST=parts.hostname, PORT=str(parts.port), USER=parts.username)
        connection.settings_dict.update(PASSWORD=parts.password, NAME="gatehouse")
        connection.ensure_connection()
        frozen = _servers_of(parts.port or 0)
        assert len(frozen) > 3, "the server and its children were found"
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            with pytest.raises(OperationalError), connection.cursor() as cursor:  # in the middle of a page
                cursor.execute("SELECT 1")
            assert time.monotonic() - began < WITHIN
            status, took = page("/datasets/")
            assert (status, took < WITHIN) == (503, True)
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
        connection.close()
    connection.settings_dict.update(kept)

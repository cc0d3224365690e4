"""What every test counts on: no network, the role of production, a fresh database, a frozen clock."""

import socket
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Event
from apps.core import clock
from apps.people.models import Institution
from tests.network import OutsideNetwork, is_local


def test_another_machine_cannot_be_reached() -> None:
    with pytest.raises(OutsideNetwork), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


def test_no_name_is_looked_up() -> None:
    with pytest.raises(OutsideNetwork):
        urllib.request.urlopen("http://example.org/", timeout=1)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), 1) as client:
        assert client.getpeername() == server.getsockname()


@pytest.mark.parametrize(("host", "local"), [("::1", True), ("localhost", True), ("169.254.169.254", False)])
def test_loopback_is_distinguished_from_other_addresses(host: str, local: bool) -> None:
    assert is_local(host) is local


@pytest.mark.django_db
def test_tests_run_as_the_role_that_the_portal_runs_as() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("gatehouse_app", "gatehouse_app", False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET kind = 'other'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "DROP TABLE audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "CREATE TABLE planted (id int)",
    ],
)
def test_the_portal_may_not_rewrite_the_log_or_change_tables(statement: str) -> None:
    """T122."""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_portal_may_read_and_add_to_the_log() -> None:
    before = Event.objects.count()
    Event.objects.create(kind="refused", actor_kind="system", correlation="c")
    assert Event.objects.count() == before + 1


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET kind = ''", "DELETE FROM audit_event", "TRUNCATE audit_event"]
)
def test_not_even_the_owner_rewrites_the_log(as_owner: psycopg.Connection, statement: str) -> None:
    as_owner.execute(
        "INSERT INTO audit_event (kind, actor_kind, subject_type, about, correlation, facts)"
        " VALUES ('refused', 'system', '', '{}', '', '{}')"
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        as_owner.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_test_committed_is_gone_for_the_next(turn: str) -> None:
    assert not Institution.objects.filter(name="committed").exists()
    assert not Event.objects.exists()
    Institution.objects.create(name="committed", country="DK")
    Event.objects.create(kind="refused", actor_kind="system", correlation=turn)


@pytest.mark.django_db
def test_the_clock_is_frozen(frozen: Callable[[datetime], datetime]) -> None:
    moment = frozen(datetime(2030, 2, 28, 23, 59, tzinfo=UTC))
    assert clock.now() == moment
    assert frozen(datetime(2031, 1, 1, tzinfo=UTC)) == clock.now()


@pytest.mark.django_db
def test_the_clock_runs_again() -> None:
    assert clock.now().year < 2030

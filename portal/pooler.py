"""Finds a pooler in transaction mode between the portal and its database: the portal cannot work through one.

Prepared statements, the time limits of a session and the lock of `migrate` belong to one connection of the server. A
pooler in transaction mode (PgBouncer: pool_mode=transaction) gives each transaction another one.
"""

import logging
import threading
from contextlib import closing
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

log = logging.getLogger(__name__)
ROUNDS = 5
REFUSED = -1  # a pooler in statement mode allows no transaction at all
SECONDS = 3.0
SENTENCE = (
    "DATABASE_URL leads through a pooler in transaction mode (PgBouncer: pool_mode=transaction). The portal needs "
    "a server connection for each session. Use pool_mode=session for its databases, or the address of PostgreSQL "
    "itself."
)


def refuse_transaction_pooler() -> None:
    """Raise ImproperlyConfigured behind such a pooler; a database that does not answer is no reason not to start."""
    parameters = {name: value for name, value in connection.get_connection_params().items() if name != "cursor_factory"}
    try:
        if is_shared_between_transactions({**parameters, "context": None, "connect_timeout": int(SECONDS)}):
            raise ImproperlyConfigured(SENTENCE)
    except psycopg.Error:
        log.warning("The database did not answer at start; /readyz says when it does.")


def is_shared_between_transactions(parameters: dict[str, Any]) -> bool:
    """Whether two client connections get the same server connection one after the other. psycopg.Error."""
    with closing(psycopg.connect(**parameters, autocommit=True)) as first:
        server = _server_process(first)
        if server == first.info.backend_pid:
            return False  # nothing in between: the process that greeted us is the one that answers
        with closing(psycopg.connect(**parameters)) as second:
            for _round in range(ROUNDS):
                taken = _in_time(second)  # in a transaction, so that it keeps what it got
                if taken is None:
                    return False  # it waits for a connection, because the first keeps its own
                if taken in {server, REFUSED} or _server_process(first) != server:
                    return True
                second.rollback()
    return False


def _in_time(connected: "psycopg.Connection[Any]") -> int | None:
    """The server's process, or None if the pooler lets this connection wait."""
    found: list[int] = []

    def ask() -> None:
        try:
            found.append(_server_process(connected))
        except psycopg.Error:
            found.append(REFUSED)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(SECONDS)
    return found[0] if found else None


def _server_process(connected: "psycopg.Connection[Any]") -> int:
    row = connected.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])

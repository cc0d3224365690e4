"""The psycopg module for Django, with connections that do not wait for a silent server.

PostgreSQL's own statement_timeout ends a slow statement, but not one whose server is frozen, whose machine is gone or
whose packets a firewall drops. Here the client stops waiting.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    errors,
)
from psycopg._preparing import Prepare, PrepareManager
from psycopg.pq.abc import PGresult

from apps.core.postgresql.silence import Silence

# What Django reads of the module it connects with (PEP 249).
__all__ = [
    "DataError",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "connect",
]
silence = Silence()  # one a process: it has one database


class KeptStatements(PrepareManager):
    """Statements stay prepared after a rollback; psycopg else drops them all, and the next page plans them again.

    psycopg drops them because an object may have been made or dropped in the transaction. The portal's role may do
    neither, and PostgreSQL itself checks a prepared statement against the tables at each use.
    """

    def _should_discard(self, prep: Prepare, results: Sequence[PGresult], *_more: Any) -> bool:
        left = [result for result in results if result.command_status != b"ROLLBACK"]
        return super()._should_discard(prep, left)


class LimitedConnection(psycopg.Connection[Any]):
    """A connection on which each answer of the server is awaited for `limit` seconds at most; 0 is no limit."""

    limit: float = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared = KeptStatements()

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Consume a generator of psycopg; raises OperationalError, and closes the connection, if it takes too long."""
        try:
            return super().wait(gen, interval, timeout or self.limit or None)
        except errors._WaitTimeout:
            silence.begins()
            self.pgconn.finish()
            raise OperationalError(f"the database did not answer within {timeout or self.limit:g} s") from None


def connect(*args: Any, **kwargs: Any) -> LimitedConnection:
    """Connect within `connect_timeout` seconds; at once refused while another thread tries a silent database."""
    with silence.attempt():
        return LimitedConnection.connect(*args, **kwargs)

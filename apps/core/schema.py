"""Whether the database has every migration that this code was written for.

Asked by the pages, /readyz and the workers. Once a process has seen that all are applied, asking costs nothing; it
asks again only after the database has said that a table, column or function does not exist.
"""

import logging
import threading
import time
from functools import cache

from django.db import DatabaseError, ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader

log = logging.getLogger(__name__)
ASK_AGAIN_SECONDS = 1.0
MISSING_OBJECT = {"42P01", "42703", "42883"}  # SQLSTATE: undefined table, column, function


class _State:
    """What this process knows; threads share it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_current = False
        self.asked_at = float("-inf")  # time.monotonic() of the last answer "not all"


_state = _State()


def is_current() -> bool:
    """Whether all migrations of this code are applied; True if the database does not answer (others say that)."""
    if _state.is_current:
        return True
    with _state.lock:
        if time.monotonic() - _state.asked_at < ASK_AGAIN_SECONDS:
            return False
        try:
            missing = missing_migrations()
        except DatabaseError:
            return True
        _state.is_current = not missing
        if missing:
            _state.asked_at = time.monotonic()
            log.error("%d migrations are not applied; the first is %s. Run: migrate", len(missing), missing[0])
    return _state.is_current


def forget() -> None:
    """Forget what this process knows: the next `is_current()` asks the database."""
    _state.is_current = False
    _state.asked_at = float("-inf")


def lacks_object(fault: BaseException | None) -> bool:
    """Whether the error is the database's answer that a table, column or function does not exist."""
    return isinstance(fault, ProgrammingError) and getattr(fault.__cause__, "sqlstate", "") in MISSING_OBJECT


def missing_migrations() -> list[str]:
    """The migrations of this code that are not applied, as `app.name`, in order; one statement. DatabaseError."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except ProgrammingError as fault:
        if not lacks_object(fault):
            raise
        applied = set()  # an empty database
    return [f"{app}.{name}" for app, name in sorted(_needed() - applied)]


@cache
def _needed() -> frozenset[tuple[str, str]]:
    """App and name of every migration of this code; read from the files once a process."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)

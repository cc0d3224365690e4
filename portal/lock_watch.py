"""What a migration waits for, seen from a second connection."""

import threading
from typing import Any

import psycopg

EVERY_SECONDS = 0.1
# A role sees pid and application_name of every connection; state and age only with pg_read_all_stats.
BLOCKERS = """
SELECT pid, coalesce(nullif(application_name, ''), 'a connection without a name'), usesysid IS NULL,
       coalesce(extract(epoch FROM now() - xact_start)::int, 0)
FROM pg_stat_activity WHERE pid = ANY(pg_blocking_pids(%s)) ORDER BY pid
"""
HOLDERS = """
SELECT a.pid, coalesce(nullif(a.application_name, ''), 'a connection without a name'), false,
       coalesce(extract(epoch FROM now() - a.backend_start)::int, 0)
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objid = %s AND l.objsubid = 2
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def holders_of_advisory_lock(connection: Any, lock: tuple[int, int]) -> str:
    """The connections that have this advisory lock, in words."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, lock)
        return _in_words(cursor.fetchall())


class LockWatch:
    """While the block runs, remembers which connections the watched one has waited for."""

    def __init__(self, connection: Any) -> None:
        connection.ensure_connection()
        self._pid = connection.connection.info.backend_pid
        self._parameters = {
            name: value for name, value in connection.get_connection_params().items() if name != "cursor_factory"
        }
        self._seen: list[tuple[Any, ...]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.saw_autovacuum = False

    def __enter__(self) -> "LockWatch":
        self._thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._stop.set()
        self._thread.join(5)

    def take(self) -> str:
        """The connections that the last wait was for, in words; empty if none was seen."""
        seen, self._seen = self._seen, []
        self.saw_autovacuum = any(is_server_process for _pid, _name, is_server_process, _age in seen)
        return _in_words(seen)

    def _run(self) -> None:
        try:
            with psycopg.connect(**{**self._parameters, "context": None}, autocommit=True) as watching:
                while not self._stop.wait(EVERY_SECONDS):
                    seen = watching.execute(BLOCKERS, [self._pid]).fetchall()
                    self._seen = seen or self._seen
        except psycopg.Error:
            return  # the migration goes on; it only cannot say what it waits for


def _in_words(rows: list[tuple[Any, ...]]) -> str:
    return ", ".join(
        f"{'autovacuum' if is_server_process else name} (pid {pid}{f', {age} s' if age else ''})"
        for pid, name, is_server_process, age in rows
    )

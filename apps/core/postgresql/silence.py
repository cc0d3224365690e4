"""Whether the database is silent, known to every thread of a process, so that one thread waits for it and not all."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

PAUSE = 1.0  # seconds after a failed attempt in which nobody tries again


class Silence:
    """Since when the database has not answered.

    While it is silent, one thread at a time tries to connect, with a pause after each attempt; all others are refused
    at once, and stay free for pages that need no database. So a page that asks twice waits once.
    """

    def __init__(self) -> None:
        self._since: float | None = None
        self._failed = float("-inf")  # when the last attempt ended
        self._attempt = threading.Lock()

    @property
    def seconds(self) -> float | None:
        """How long the database has been silent; None if it answers."""
        since = self._since
        return None if since is None else time.monotonic() - since

    def begins(self) -> None:
        """A connection or a statement had no answer within its limit."""
        if self._since is None:
            self._since = time.monotonic()

    def ends(self) -> None:
        """The database answered."""
        self._since, self._failed = None, float("-inf")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Connect inside; while the database is silent, raises psycopg.OperationalError at once if another thread is
        trying, or did so within the last second.
        """
        alone = self._since is not None
        if alone and (time.monotonic() - self._failed < PAUSE or not self._attempt.acquire(blocking=False)):
            raise psycopg.OperationalError("the database is silent, and has just been tried or is being tried")
        try:
            yield
        except psycopg.errors.ConnectionTimeout:
            self._failed = time.monotonic()
            self.begins()
            raise
        else:
            self.ends()
        finally:
            if alone:
                self._attempt.release()

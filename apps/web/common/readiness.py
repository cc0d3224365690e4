"""Whether this process can serve people: each dependency asked in a thread of its own, within two and a half seconds.

Database and schema decide; without broker, storage or a provider the portal goes on with less, which is named. The
answer is public: it has neither host names nor the names of providers.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from apps.core import clock
from apps.core.heartbeats import heartbeats
from apps.web.common import servers

WITHIN = 2.5  # seconds for all checks together
FRESH = 2.0  # seconds for which an answer is given again
PROVIDER = "provider:"
STALE = timedelta(minutes=10)


def _providers() -> str:
    """What the worker found when it last asked them; a provider that was never asked is not known to fail."""
    recent = heartbeats().filter(pk__startswith=PROVIDER, seen_at__gt=clock.now() - STALE)
    return recent.exclude(cause="").values_list("cause", flat=True).first() or ""


@dataclass
class Dependency:
    """One check: the word for what fails, or none. A check that hangs is not started again beside itself."""

    ask: Callable[[], str]
    needed: bool = False  # without it the process is not ready
    needs_database: bool = False
    cause: str = ""
    thread: threading.Thread | None = None

    def start(self) -> None:
        if self.thread is None or not self.thread.is_alive():
            self.cause = "silent"
            self.thread = threading.Thread(target=self._run, name="readiness", daemon=True)
            self.thread.start()

    def result(self, until: float) -> str:
        """The cause of the failure, empty if it works; `silent` if there is no answer yet."""
        if self.thread is not None:
            self.thread.join(max(0.0, until - time.monotonic()))
            if self.thread.is_alive():
                return "silent"
        return self.cause

    def _run(self) -> None:
        try:
            self.cause = servers.cause_of(self.ask)
        finally:
            connection.close()


DEPENDENCIES: Mapping[str, Dependency] = {
    "database": Dependency(servers.database, needed=True),
    "migrations": Dependency(servers.schema, needed=True, needs_database=True),
    "broker": Dependency(servers.broker),
    "storage": Dependency(servers.storage),
    "providers": Dependency(_providers, needs_database=True),
}
_lock = threading.Lock()
_last: tuple[float, dict[str, str]] = (-1e9, {})


def faults() -> dict[str, str]:
    """The cause for each dependency that fails now; asked at most every two seconds, by one caller for all."""
    global _last
    with _lock:
        if time.monotonic() - _last[0] > FRESH:
            until = time.monotonic() + WITHIN
            for one in DEPENDENCIES.values():
                one.start()
            found = {name: one.result(until) for name, one in DEPENDENCIES.items()}
            if found["database"]:
                found = {name: "" if DEPENDENCIES[name].needs_database else cause for name, cause in found.items()}
            _last = (time.monotonic(), {name: cause for name, cause in found.items() if cause})
        return dict(_last[1])


def forget() -> None:
    """Ask again at the next call (tests)."""
    global _last
    _last = (-1e9, {})


def answer() -> tuple[int, dict[str, Any]]:
    """The status and the document of /readyz."""
    found = faults()
    failing = [name for name in found if DEPENDENCIES[name].needed]
    degraded = [name for name in found if not DEPENDENCIES[name].needed]
    said = {name: "failing" if name in failing else "degraded" if name in degraded else "ok" for name in DEPENDENCIES}
    if "database" in failing:  # what is asked of the database is not known
        said |= {name: "unknown" for name, one in DEPENDENCIES.items() if one.needs_database}
    document = {"ready": not failing, "failing": failing, "degraded": degraded, "checks": said}
    return (503 if failing else 200), document

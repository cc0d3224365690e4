"""Django's PostgreSQL backend with the limits of `DATABASES["default"]["LIMITS"]`."""

from typing import Any, TypedDict

import psycopg
from django.db.backends.postgresql import base

from apps.core.postgresql import driver

HEALTH_SECONDS = 1.0  # for `SELECT 1` on a connection kept from an earlier request
SETTINGS = ("statement_timeout", "idle_in_transaction_session_timeout")


class Limits(TypedDict):
    """Seconds; 0 is no limit."""

    statement: float  # one statement, on the server and here
    idle_in_transaction: float  # a transaction in which nothing is asked: its locks are freed


class DatabaseWrapper(base.DatabaseWrapper):
    """Connections that end a slow statement, and that do not wait for a server that is silent."""

    Database = driver

    def init_connection_state(self) -> None:
        """Set the limits and how statements are planned, also behind a pooler that takes no start-up options."""
        limits: Limits = self.settings_dict.get("LIMITS", {"statement": 0, "idle_in_transaction": 0})
        raw = self._raw()
        raw.limit = limits["statement"]
        # The server gives up first, if it can: its error says more, and the connection stays usable.
        values = (round(limits["statement"] * 900), round(limits["idle_in_transaction"] * 1000))
        # A prepared statement is planned once. PostgreSQL else plans the long ones again each time, which takes longer
        # than to answer them. Django's own statements carry their values and are planned for these.
        raw.execute(
            "SELECT set_config('plan_cache_mode', 'force_generic_plan', false),"
            " set_config(%s, %s, false), set_config(%s, %s, false)",
            [part for name, value in zip(SETTINGS, values, strict=True) for part in (name, str(value))],
        )
        super().init_connection_state()

    def is_usable(self) -> bool:
        """Whether a kept connection answers; a silent server is not waited for longer than a second."""
        if self.connection is None or driver.silence.seconds is not None:
            return False
        raw = self._raw()
        limit, raw.limit = raw.limit, HEALTH_SECONDS
        try:
            raw.execute("SELECT 1")
        except psycopg.Error:
            return False
        finally:
            raw.limit = limit
        return True

    def _raw(self) -> Any:
        return self.connection

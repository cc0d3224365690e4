"""`manage.py migrate`: Django's, while the portal serves: one at a time, never in anybody's way for long.

A migration that waits for a lock makes everybody else wait behind it. So each wait ends after `--lock-timeout`, before
PostgreSQL looks for deadlocks (deadlock_timeout, 1 s): the migration is rolled back and tried again, and no request
is ever the victim. See "Upgrade" in docs/for-operators.md.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError, CommandParser, no_translations
from django.core.management.commands import migrate
from django.db import OperationalError, connections

from portal.lock_watch import LockWatch, holders_of_advisory_lock

SCHEMA_LOCK = (4717, 1)  # the two numbers of the advisory lock: whoever has it migrates this database
TRY_AGAIN = {"55P03", "40P01"}  # SQLSTATE: lock_not_available, deadlock_detected
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0  # seconds
AUTOVACUUM_PATIENCE = 3000  # milliseconds; PostgreSQL cancels an autovacuum for us after deadlock_timeout
MAY_CREATE = "SELECT current_user, has_schema_privilege('public', 'CREATE')"


class Command(migrate.Command):
    help = f"{migrate.Command.help} You can run this while the portal is in use: see docs/for-operators.md."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout", type=int, default=500, metavar="MS", help="longest wait for one lock (default: 500 ms)"
        )
        parser.add_argument(
            "--patience", type=float, default=600, metavar="SECONDS", help="when to give up (default: 600 s)"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        self.connection = connections[options["database"]]
        self.lock_timeout = options["lock_timeout"]
        self.deadline = time.monotonic() + options["patience"]
        self._refuse_role_without_rights()
        with self._schema_lock(), LockWatch(self.connection) as watch:
            self._until_done(watch, lambda: super(Command, self).handle(*args, **options))

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        """A migration that is not atomic builds an index CONCURRENTLY: it blocks nobody and may wait."""
        if action == "apply_start":
            self._set("lock_timeout", self.lock_timeout if migration.atomic else 0)
        super().migration_progress_callback(action, migration, fake)

    def _refuse_role_without_rights(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(MAY_CREATE)
            role, may_create = cursor.fetchone()
        if not may_create:
            raise CommandError(
                f"The role {role} is not allowed to change tables. Set MIGRATION_DATABASE_URL to the address of the "
                "owner's role."
            )

    @contextmanager
    def _schema_lock(self) -> Iterator[None]:
        """Wait until no other migrate runs on this database; the lock ends with the connection at the latest."""
        said = ""
        while not self._ask("SELECT pg_try_advisory_lock(%s, %s)", *SCHEMA_LOCK):
            holders = holders_of_advisory_lock(self.connection, SCHEMA_LOCK)
            if holders != said:
                self.stdout.write(f"Another migrate is running ({holders}). Waiting for it to end.")
                self.stdout.flush()
                said = holders
            if time.monotonic() > self.deadline:
                raise CommandError(f"Another migrate is still running ({holders}). Nothing was changed.")
            time.sleep(FIRST_PAUSE)
        try:
            yield
        finally:
            if self.connection.is_usable():
                self._ask("SELECT pg_advisory_unlock(%s, %s)", *SCHEMA_LOCK)

    def _until_done(self, watch: LockWatch, run: Any) -> None:
        """Run it again, after longer and longer pauses, while the only trouble is a lock."""
        pause = FIRST_PAUSE
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            self._set(name, 0)  # limits for pages
        while True:
            self._set("lock_timeout", self.lock_timeout)
            try:
                run()
                return
            except OperationalError as fault:
                if getattr(fault.__cause__, "sqlstate", "") not in TRY_AGAIN:
                    raise
                seen = watch.take()
            if time.monotonic() + pause > self.deadline:
                raise CommandError(
                    f"Gave up: a lock was not free within {self.lock_timeout} ms in any attempt. It is held by "
                    f"{seen or 'connections that have ended'}. Migrations shown as OK are kept; run migrate again."
                )
            self.stdout.write(f"\n  Waiting for a lock held by {seen or 'others'}. Next attempt in {pause:g} s.")
            self.stdout.flush()
            if watch.saw_autovacuum and self.lock_timeout:
                self.lock_timeout = AUTOVACUUM_PATIENCE
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _ask(self, sql: str, *values: Any) -> Any:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()[0]

    def _set(self, name: str, milliseconds: int) -> None:
        self._ask("SELECT set_config(%s, %s, false)", name, str(milliseconds))

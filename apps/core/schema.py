"""Whether the database has the tables that this version of the code needs."""

from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


@cache
def _needed() -> frozenset[tuple[str, str]]:
    """App and name of every migration of this version; read from the disk once a process."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def missing_migrations() -> list[str]:
    """The migrations of this version that were not applied, as app.name; further ones of a later version do not
    matter. One statement.
    """
    applied = set(MigrationRecorder(connection).migration_qs.values_list("app", "name"))
    return sorted(f"{app}.{name}" for app, name in _needed() - applied)

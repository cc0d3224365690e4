"""Operations of the 0001 migrations: what the portal's database role (GATEHOUSE_APP_ROLE) may do.

The role owns nothing: it reads and writes rows and changes no table (docs/decisions/two-database-roles.md).
"""

from typing import Any

from django.conf import settings
from django.db import migrations

ROWS_OF_ALL_TABLES = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}
"""
INSERT_AND_SELECT = """
REVOKE ALL ON {table} FROM {role};
GRANT SELECT, INSERT ON {table} TO {role};
ALTER TABLE {table} ALTER COLUMN id SET GENERATED ALWAYS
"""


def rows_of_all_tables() -> migrations.RunPython:
    """The role may read and write rows of every table, also of later ones. Runs in apps.core, before all other apps."""

    def grant(_apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.GATEHOUSE_APP_ROLE])
            if cursor.fetchone() is None:
                raise RuntimeError(
                    f"Create the database role {settings.GATEHOUSE_APP_ROLE} first (CREATE ROLE ... LOGIN); the portal "
                    "runs as it, and the log is only safe from a role that does not own it."
                )
        schema_editor.execute(ROWS_OF_ALL_TABLES.format(role=_role(schema_editor)))

    return migrations.RunPython(grant, migrations.RunPython.noop)


def insert_and_select_only(table: str) -> migrations.RunPython:
    """The role may only insert and read rows of `table`, and the database sets the ids. After `rows_of_all_tables`."""

    def grant(_apps: Any, schema_editor: Any) -> None:
        names = {"role": _role(schema_editor), "table": schema_editor.quote_name(table)}
        schema_editor.execute(INSERT_AND_SELECT.format(**names))

    return migrations.RunPython(grant, migrations.RunPython.noop)


def _role(schema_editor: Any) -> Any:
    return schema_editor.quote_name(settings.GATEHOUSE_APP_ROLE)

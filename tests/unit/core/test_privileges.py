"""What the portal's database role may do in each table, read from the privileges and not from a refusal (T122)."""

import pytest
from django.db import connection

from apps.audit.models import Event

PRIVILEGES = """
SELECT relname, array_agg(privilege ORDER BY privilege)
FROM pg_class, unnest(ARRAY['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE']) AS privilege
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
  AND has_table_privilege(current_user, pg_class.oid, privilege)
GROUP BY relname
"""
LESS = {"audit_event": ["INSERT", "SELECT"], "django_migrations": ["SELECT"]}
pytestmark = pytest.mark.django_db


def privileges() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(PRIVILEGES)
        return dict(cursor.fetchall())


def test_the_portals_role_reads_and_writes_rows_and_nothing_else() -> None:
    found = privileges()
    assert {table: found[table] for table in LESS} == LESS
    rest = {table: granted for table, granted in found.items() if table not in LESS}
    assert set(rest) == set(connection.introspection.table_names()) - set(LESS)
    assert {tuple(granted) for granted in rest.values()} == {("DELETE", "INSERT", "SELECT", "UPDATE")}


def test_the_number_of_an_event_is_the_databases_own() -> None:
    """`GENERATED ALWAYS`: an INSERT that names a number is refused; the place in the log is nobody's choice."""
    table = Event._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attidentity::text FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'id'", [table]
        )
        assert cursor.fetchone() == ("a",)

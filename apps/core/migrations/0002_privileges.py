"""The portal runs as a role that owns nothing: it reads and writes rows, and changes no table."""

from typing import Any

from django.conf import settings
from django.db import migrations

GRANT = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};
"""


def give(apps: Any, schema_editor: Any) -> None:
    quote = schema_editor.quote_name
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.GATEHOUSE_APP_ROLE])
        if cursor.fetchone() is None:
            raise RuntimeError(
                f"Create the database role {settings.GATEHOUSE_APP_ROLE} first (CREATE ROLE ... LOGIN); the portal "
                "runs as it, and the log is only safe from a role that does not own it."
            )
    schema_editor.execute(GRANT.format(role=quote(settings.GATEHOUSE_APP_ROLE)))


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("contenttypes", "0001_initial")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]

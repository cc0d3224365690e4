"""Events are written and read; nobody updates, deletes or truncates them: by privilege, and by trigger as well."""

from typing import Any

from django.conf import settings
from django.db import migrations

TRIGGER = """
CREATE FUNCTION audit_event_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_stands();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_stands();
"""
UNDO = "DROP TRIGGER audit_event_no_change ON audit_event; DROP TRIGGER audit_event_no_truncate ON audit_event; DROP FUNCTION audit_event_stands();"  # noqa: E501


def keep_to_insert_and_select(apps: Any, schema_editor: Any) -> None:
    role = schema_editor.quote_name(settings.GATEHOUSE_APP_ROLE)
    schema_editor.execute(f"REVOKE ALL ON audit_event FROM {role}; GRANT SELECT, INSERT ON audit_event TO {role};")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("core", "0002_privileges")]
    operations = [
        migrations.RunPython(keep_to_insert_and_select, migrations.RunPython.noop),
        migrations.RunSQL(TRIGGER, UNDO),
    ]

"""A published version never becomes a draft again, nor a withdrawn one available; the guards look at no other table.

PostgreSQL looks up temporary tables first, so a function that names a table without saying where can be shown another.
"""

from django.db import migrations

TRIGGER = """
ALTER FUNCTION datasets_distribution_stands() SET search_path = pg_catalog, public, pg_temp;
CREATE FUNCTION datasets_version_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (OLD.published_at IS NOT NULL AND NEW.published_at IS NULL)
        OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NULL)
        OR NEW.dataset_id <> OLD.dataset_id THEN
        RAISE EXCEPTION 'a published version stays published, a withdrawn one withdrawn' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER datasets_version_no_return BEFORE UPDATE ON datasets_version
    FOR EACH ROW EXECUTE FUNCTION datasets_version_stands();
"""  # noqa: E501
UNDO = """
DROP TRIGGER datasets_version_no_return ON datasets_version;
DROP FUNCTION datasets_version_stands();
ALTER FUNCTION datasets_distribution_stands() RESET search_path;
"""


class Migration(migrations.Migration):
    dependencies = [("datasets", "0002_published_stands")]
    operations = [migrations.RunSQL(TRIGGER, UNDO)]

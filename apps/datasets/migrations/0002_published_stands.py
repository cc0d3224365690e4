"""The files of a published version stand for ever: the database refuses to add, change or remove them."""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION datasets_distribution_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    draft boolean;
BEGIN
    SELECT state = 'draft' INTO draft FROM datasets_version
        WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END FOR SHARE;
    IF NOT draft OR (TG_OP = 'UPDATE' AND NEW.version_id <> OLD.version_id) THEN
        RAISE EXCEPTION 'the files of a published version stand' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER datasets_distribution_no_change BEFORE INSERT OR UPDATE OR DELETE ON datasets_distribution
    FOR EACH ROW EXECUTE FUNCTION datasets_distribution_stands();
"""
UNDO = """
DROP TRIGGER datasets_distribution_no_change ON datasets_distribution;
DROP FUNCTION datasets_distribution_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("datasets", "0001_initial")]
    operations = [migrations.RunSQL(TRIGGER, UNDO)]

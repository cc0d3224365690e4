"""What was signed stands: signatures and templates are never changed, and an agreement's text never is."""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION agreements_evidence_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'signatures and templates stand' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER agreements_signature_no_change BEFORE UPDATE OR DELETE ON agreements_signature
    FOR EACH ROW EXECUTE FUNCTION agreements_evidence_stands();
CREATE TRIGGER agreements_template_no_change BEFORE UPDATE OR DELETE ON agreements_template
    FOR EACH ROW EXECUTE FUNCTION agreements_evidence_stands();
CREATE FUNCTION agreements_text_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.text <> OLD.text OR NEW.sha256 <> OLD.sha256 OR NEW.item_id <> OLD.item_id
        OR NEW.starts_on <> OLD.starts_on OR NEW.ends_on <> OLD.ends_on THEN
        RAISE EXCEPTION 'the text of an agreement stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_agreement_no_change BEFORE UPDATE ON agreements_agreement
    FOR EACH ROW EXECUTE FUNCTION agreements_text_stands();
"""
UNDO = """
DROP TRIGGER agreements_signature_no_change ON agreements_signature;
DROP TRIGGER agreements_template_no_change ON agreements_template;
DROP TRIGGER agreements_agreement_no_change ON agreements_agreement;
DROP FUNCTION agreements_evidence_stands();
DROP FUNCTION agreements_text_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]
    operations = [migrations.RunSQL(TRIGGER, UNDO)]

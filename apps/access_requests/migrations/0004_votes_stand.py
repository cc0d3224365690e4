"""What was voted stands: a vote keeps its choice, its voter and its round, and a round keeps what it was about.

What people wrote in free text (reasons, terms, the purpose) may be erased later; the round's SHA-256 then shows it.
"""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION access_requests_vote_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.item_id <> OLD.item_id OR NEW.round_id <> OLD.round_id
        OR NEW.voter_id <> OLD.voter_id OR NEW.choice <> OLD.choice OR NEW.cast_at <> OLD.cast_at THEN
        RAISE EXCEPTION 'a vote stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_requests_vote_no_change BEFORE UPDATE OR DELETE ON access_requests_vote
    FOR EACH ROW EXECUTE FUNCTION access_requests_vote_stands();
CREATE FUNCTION access_requests_round_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free_text text[] := ARRAY['title', 'purpose', 'public_summary', 'questions'];
BEGIN
    IF TG_OP = 'DELETE' OR NEW.request_id <> OLD.request_id OR NEW.number <> OLD.number OR NEW.sha256 <> OLD.sha256
        OR NEW.opened_at <> OLD.opened_at OR NEW.snapshot - free_text <> OLD.snapshot - free_text
        OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at) THEN
        RAISE EXCEPTION 'a round of review stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_requests_round_no_change BEFORE UPDATE OR DELETE ON access_requests_round
    FOR EACH ROW EXECUTE FUNCTION access_requests_round_stands();
"""
UNDO = """
DROP TRIGGER access_requests_vote_no_change ON access_requests_vote;
DROP TRIGGER access_requests_round_no_change ON access_requests_round;
DROP FUNCTION access_requests_vote_stands();
DROP FUNCTION access_requests_round_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("access_requests", "0003_initial")]
    operations = [migrations.RunSQL(TRIGGER, UNDO)]

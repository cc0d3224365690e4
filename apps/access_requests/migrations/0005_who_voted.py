"""Each vote keeps who the voter was, and the database keeps it with the vote."""

import django.db.models.deletion
from django.db import migrations, models

STANDS = """
CREATE OR REPLACE FUNCTION access_requests_vote_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.item_id <> OLD.item_id OR NEW.round_id <> OLD.round_id
        OR NEW.voter_id <> OLD.voter_id OR NEW.choice <> OLD.choice OR NEW.cast_at <> OLD.cast_at
        OR NEW.standing_id IS DISTINCT FROM OLD.standing_id THEN
        RAISE EXCEPTION 'a vote stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
AS_BEFORE = """
CREATE OR REPLACE FUNCTION access_requests_vote_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.item_id <> OLD.item_id OR NEW.round_id <> OLD.round_id
        OR NEW.voter_id <> OLD.voter_id OR NEW.choice <> OLD.choice OR NEW.cast_at <> OLD.cast_at THEN
        RAISE EXCEPTION 'a vote stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('access_requests', '0004_votes_stand'),
        ('accounts', '0007_standing'),
    ]

    operations = [
        migrations.AddField(
            model_name='vote',
            name='standing',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='vote', to='accounts.standing'),
        ),
        migrations.RunSQL(STANDS, AS_BEFORE),
    ]

"""Who somebody was when they signed or voted, what officials said of their people, and which letters went out.

Whoever had an institution before affiliations were asked for keeps their access: it stands behind them as if it had
said so today, for a year; and so for those who sign for an institution. Past moments are answered as they were.
"""

import apps.core.identifiers
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

AS_BEFORE = """
INSERT INTO accounts_affiliation (id, person_id, institution_id, scoped, starts_at, confirmed_at, lapses_at, told)
SELECT gen_random_uuid(), said.person_id, said.institution_id, '', person.created_at, statement_timestamp(),
       statement_timestamp() + interval '365 days', 0
FROM (SELECT id AS person_id, institution_id FROM accounts_person WHERE institution_id IS NOT NULL
      UNION SELECT user_id, content_object_id FROM accounts_institutionrole) said
JOIN accounts_person person ON person.id = said.person_id
WHERE person.merged_into_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM accounts_affiliation known
    WHERE known.person_id = said.person_id AND known.institution_id = said.institution_id);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
STANDS = """
CREATE FUNCTION accounts_evidence_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    personal text;
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - TG_ARGV <> to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION 'who somebody was, and what was said of them, stands' USING ERRCODE = 'check_violation';
    END IF;
    FOREACH personal IN ARRAY TG_ARGV LOOP
        IF to_jsonb(NEW) ->> personal NOT IN ('', to_jsonb(OLD) ->> personal) THEN
            RAISE EXCEPTION 'what is personal may be taken out, and stands else' USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_standing_no_change BEFORE UPDATE OR DELETE ON accounts_standing
    FOR EACH ROW EXECUTE FUNCTION accounts_evidence_stands('name', 'email', 'orcid', 'scoped');
CREATE TRIGGER accounts_affiliationword_no_change BEFORE UPDATE OR DELETE ON accounts_affiliationword
    FOR EACH ROW EXECUTE FUNCTION accounts_evidence_stands('reason');
"""
UNDO = """
DROP TRIGGER accounts_standing_no_change ON accounts_standing;
DROP TRIGGER accounts_affiliationword_no_change ON accounts_affiliationword;
DROP FUNCTION accounts_evidence_stands();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_tokens_for_scripts'),
    ]

    operations = [
        migrations.CreateModel(
            name='AffiliationWord',
            fields=[
                ('id', models.UUIDField(default=apps.core.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('affirmed', 'affirmed'), ('ended', 'ended')], max_length=10)),
                ('reason', models.CharField(max_length=500)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.UUIDField(default=apps.core.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('taken_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('orcid', models.CharField(blank=True, max_length=40, verbose_name='ORCID iD')),
                ('institution_name', models.CharField(blank=True, max_length=200)),
                ('ror', models.CharField(blank=True, max_length=40, verbose_name='ROR id')),
                ('scoped', models.CharField(blank=True, max_length=200)),
                ('assurance', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('issuer', models.CharField(blank=True, max_length=300)),
                ('acr', models.CharField(blank=True, max_length=200)),
                ('amr', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('auth_time', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'standing',
                'verbose_name_plural': 'standings',
            },
        ),
        migrations.AddField(
            model_name='affiliation',
            name='told',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='institution',
            name='domains',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), blank=True, default=list, size=None),
        ),
        migrations.AddIndex(
            model_name='affiliation',
            index=models.Index(fields=['institution', 'lapses_at'], name='affiliation_at_institution'),
        ),
        migrations.AddIndex(
            model_name='affiliation',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['lapses_at'], name='affiliation_to_lapse'),
        ),
        migrations.AddField(
            model_name='affiliationword',
            name='affiliation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='accounts.affiliation'),
        ),
        migrations.AddField(
            model_name='affiliationword',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='affiliation_words', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='standing',
            name='institution',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='standings', to='accounts.institution'),
        ),
        migrations.AddField(
            model_name='standing',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='standings', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='affiliationword',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='affiliation_word_says_why'),
        ),
        migrations.RunSQL(STANDS, UNDO),
        migrations.RunSQL(AS_BEFORE, migrations.RunSQL.noop),
    ]

"""Each signature keeps who the signer was. Of those given before, what is known is what they keep themselves.

Which institution stood behind an earlier signer was not written down; it is taken to be the one of today.
"""

import django.db.models.deletion
from django.db import migrations, models

AS_KNOWN = """
ALTER TABLE agreements_signature DISABLE TRIGGER agreements_signature_no_change;
INSERT INTO accounts_standing (id, person_id, taken_at, name, email, orcid, institution_id, institution_name, ror, scoped,
                               assurance, issuer, acr, amr, auth_time)
SELECT given.id, given.signer_id, given.signed_at, given.typed_name, '', '', home.id, coalesce(home.name, ''),
       coalesce(home.ror, ''), '', '{}', given.issuer, given.acr, '{}', given.auth_time
FROM agreements_signature given
JOIN accounts_person signer ON signer.id = given.signer_id
LEFT JOIN accounts_institution home ON home.id = signer.institution_id
WHERE given.standing_id IS NULL;
UPDATE agreements_signature SET standing_id = id WHERE standing_id IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE agreements_signature ENABLE TRIGGER agreements_signature_no_change;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_standing'),
        ('agreements', '0002_signed_stands'),
    ]

    operations = [
        migrations.AddField(
            model_name='signature',
            name='standing',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signature', to='accounts.standing'),
        ),
        migrations.RunSQL(AS_KNOWN, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='signature',
            name='standing',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signature', to='accounts.standing'),
        ),
    ]

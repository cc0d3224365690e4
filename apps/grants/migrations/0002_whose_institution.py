"""Each grant keeps which institution stood behind its holder when they signed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

AS_SIGNED = """
UPDATE grants_accessgrant held SET institution_id = standing.institution_id
FROM agreements_signature given JOIN accounts_standing standing ON standing.id = given.standing_id
WHERE held.institution_id IS NULL AND given.agreement_id = held.agreement_id AND given.signer_id = held.holder_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_standing'),
        ('agreements', '0003_who_signed'),
        ('datasets', '0003_published_stays'),
        ('grants', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='accessgrant',
            name='institution',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='accounts.institution'),
        ),
        migrations.RunSQL(AS_SIGNED, migrations.RunSQL.noop),
    ]

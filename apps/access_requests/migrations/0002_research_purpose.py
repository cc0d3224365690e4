

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access_requests', '0007_clocks'),
    ]

    operations = [
        migrations.AddField(
            model_name='accessrequest',
            name='research_purpose',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='research purpose'),
        ),
    ]

# Until when the applicant can answer a returned request.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access_requests', '0010_auto_rules'),
    ]

    operations = [
        migrations.AddField(
            model_name='accessrequest',
            name='answer_reminded_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='accessrequest',
            name='answer_until',
            field=models.DateField(null=True),
        ),
    ]

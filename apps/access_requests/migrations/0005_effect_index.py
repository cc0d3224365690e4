"""The decisions whose time to undo runs: a worker looks for them every few seconds."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('access_requests', '0005_appeal'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='item',
            index=models.Index(condition=models.Q(('takes_effect_at__isnull', False)), fields=['takes_effect_at'], name='item_takes_effect'),
        ),
    ]

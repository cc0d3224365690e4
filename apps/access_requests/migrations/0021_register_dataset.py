"""An order in which the register of decisions is read."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('access_requests', '0020_register_committee'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='item',
            index=models.Index(fields=['dataset', '-decided_at', '-id'], name='item_dataset_newest'),
        ),
    ]

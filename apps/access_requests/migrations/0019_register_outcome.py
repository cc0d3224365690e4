"""An order in which the register of decisions is read."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('access_requests', '0018_register_newest'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='item',
            index=models.Index(fields=['state', '-decided_at', '-id'], name='item_outcome_newest'),
        ),
    ]

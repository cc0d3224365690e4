"""The last decisions of a committee, for how long it usually takes."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("access_requests", "0005_effect_index"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="item",
            index=models.Index(fields=["committee", "-decided_at"], name="item_by_decision"),
        ),
    ]

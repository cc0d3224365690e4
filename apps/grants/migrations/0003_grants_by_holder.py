from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("grants", "0002_restored_from_a_backup"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="accessgrant",
            index=models.Index(fields=["holder", "ends_at"], name="grant_by_holder"),
        ),
    ]

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("agreements", "0001_initial"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="agreement",
            index=models.Index(fields=["institution", "-offered_at", "-id"], name="agreement_by_institution"),
        ),
    ]

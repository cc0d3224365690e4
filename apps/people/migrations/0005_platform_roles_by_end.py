from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("people", "0004_people_by_name"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="platformrole",
            index=models.Index(fields=["kind", "ends_at"], name="platform_role_by_end"),
        ),
    ]

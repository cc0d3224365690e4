"""Changes two tables in one transaction, in the order that deadlocks with a request that uses them the other way."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("datasets", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER TABLE people_institution ADD COLUMN planted integer"),
        migrations.RunSQL("ALTER TABLE datasets_dataset ADD COLUMN planted integer"),
    ]

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("datasets", "0005_sets_of_use_conditions")]

    operations = [
        AddIndexConcurrently(
            model_name="searchdocument",
            index=models.Index(fields=["uses_set", "-listed_from", "-dataset"], name="search_document_uses"),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("datasets", "0004_diseases")]

    operations = [
        migrations.CreateModel(
            name="UseSet",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("uses", models.JSONField()),
            ],
            options={
                "verbose_name": "set of use conditions",
                "verbose_name_plural": "sets of use conditions",
            },
        ),
        migrations.AddField(
            model_name="searchdocument",
            name="uses_set",
            field=models.CharField(db_default="", default="", max_length=64),
        ),
    ]

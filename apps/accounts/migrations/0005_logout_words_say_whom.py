import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0004_affiliations"),
    ]

    operations = [
        migrations.AddField(
            model_name="logoutword",
            name="issued_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="logoutword",
            name="sid",
            field=models.CharField(blank=True, db_default="", max_length=255),
        ),
        migrations.AddField(
            model_name="logoutword",
            name="subject",
            field=models.CharField(blank=True, db_default="", max_length=255),
        ),
        migrations.AddIndex(
            model_name="logoutword",
            index=models.Index(fields=["provider", "issued_at"], name="logout_word_newest"),
        ),
    ]

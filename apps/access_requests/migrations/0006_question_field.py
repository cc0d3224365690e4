# What a question of a committee is about.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access_requests', '0008_deputies'),
    ]

    operations = [
        migrations.AddField(
            model_name='question',
            name='field',
            field=models.CharField(blank=True, db_default='', default='', max_length=60),
        ),
    ]

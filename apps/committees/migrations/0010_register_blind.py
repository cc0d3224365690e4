from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('committees', '0010_case_checklists'),
    ]

    operations = [
        migrations.AddField(
            model_name='committee',
            name='blind',
            field=models.BooleanField(db_default=False, default=False, verbose_name='votes are hidden until everyone has voted'),
        ),
    ]

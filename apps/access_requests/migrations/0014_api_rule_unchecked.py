from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access_requests", "0013_casework_saved_views"),
    ]

    operations = [
        migrations.AlterField(
            model_name="approvalrule",
            name="pause",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", ""),
                    ("member", "a member paused it"),
                    ("disagreed", "a member disagreed with a decision of the rule"),
                    ("undone", "a decision of the rule was undone"),
                    ("owner_left", "its owner is no longer a committee member"),
                    ("changed", "the use conditions or the committee’s rules changed"),
                    ("unchecked", "its approvals were not checked in time"),
                    ("restored", "the portal was restored from a backup"),
                ],
                max_length=12,
            ),
        ),
    ]

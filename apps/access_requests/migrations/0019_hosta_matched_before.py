"""The account that was matched to a line before lines could name several is one that the line names."""

from typing import Any

from django.db import migrations


def keep(apps: Any, _editor: Any) -> None:
    matched = apps.get_model("access_requests", "Student").objects.filter(person__isnull=False)
    named = apps.get_model("access_requests", "NamedAccount")
    pairs = matched.values_list("pk", "person_id").iterator()
    named.objects.bulk_create(
        (named(student_id=student, person_id=person) for student, person in pairs),
        batch_size=1000, ignore_conflicts=True,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("access_requests", "0018_hosta_named_accounts")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]

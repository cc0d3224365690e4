"""`manage.py replay`: judge the events since the backup again, with a release that knows all their types."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.grants.restores import unreleased_restore
from portal.backup.replay import replay
from portal.management.commands.restore import report


class Command(BaseCommand):
    help = (
        "After a restore and an upgrade: repeats the revocations and other endings since the backup. You can run "
        "it again."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        with transaction.atomic():
            restored = unreleased_restore()
            if restored is None:
                raise CommandError("No restore is waiting for downloads to be resumed.")
            replay(restored)
        for line in report(restored):
            self.stdout.write(line)

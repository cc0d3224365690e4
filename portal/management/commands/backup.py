"""`manage.py backup DEST`: the database and the stored files, encrypted to BACKUP_RECIPIENTS."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backup.create import create
from portal.backup.errors import BackupError


class Command(BaseCommand):
    help = "Writes a backup to a new folder. The folder of an interrupted backup has a name that ends in .part."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("destination", type=Path, help="a folder that does not exist yet")
        parser.add_argument(
            "--to",
            action="append",
            default=[],
            metavar="KEY",
            help="an age public key to use instead of BACKUP_RECIPIENTS",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            keys = options["to"] or settings.BACKUP_RECIPIENTS
            made = create(options["destination"].absolute(), keys=keys, say=self.stdout.write)
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        what = "stored files" if made.storage == "files" else "objects listed, but not copied"
        self.stdout.write(
            f"Backup {made.id} of {made.taken_at}: events up to {made.log_last}, {made.stored_count} {what}, "
            f"{sum(part.size for part in made.parts)} bytes."
        )
        if made.missing or made.damaged:
            raise CommandError(
                f"{made.missing} stored files are missing and {made.damaged} are damaged (listed above)."
            )

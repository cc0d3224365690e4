"""`manage.py verify_backup SOURCE`: whether a backup is whole, unchanged and of this portal."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backup import sealing
from portal.backup.errors import BackupError
from portal.backup.verify import verify


class Command(BaseCommand):
    help = "Checks a backup, and changes nothing. With --identity, it also decrypts every byte."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path)
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the file with the private key")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            identity = sealing.identity_in(options["identity"]) if options["identity"] else None
            found = verify(options["source"], identity=identity, say=self.stdout.write)
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        read = "decrypted and compared" if identity is not None else "compared; the contents were not decrypted"
        self.stdout.write(f"Backup {found.id} of {found.taken_at} is complete: {len(found.parts)} parts {read}.")
        if found.storage == "objects":
            self.stdout.write(f"It lists {found.stored_count} objects of the bucket, but does not contain them.")

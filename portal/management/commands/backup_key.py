"""`manage.py backup_key FILE`: a new private key for backups, and its public key for BACKUP_RECIPIENTS."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backup.errors import BackupError
from portal.backup.sealing import new_identity


class Command(BaseCommand):
    help = "Writes a new private key to a file. Do not keep the key on the portal's server: only a restore needs it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            public = new_identity(options["file"])
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"BACKUP_RECIPIENTS={public}")

"""`manage.py export_events FOLDER`: append new events to a folder outside the portal. Run it every minute."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backup.errors import BackupError
from portal.backup.event_export import export


class Command(BaseCommand):
    help = "Appends new events to the folder, signed and chained. A restore needs these events."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            state = export(options["folder"])
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"{state.events} events, up to {state.last}, in {state.segments} segments.")

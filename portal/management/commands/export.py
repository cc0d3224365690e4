"""`manage.py export INSTITUTION DEST`: everything of one institution, in open formats."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.people.queries import institution_named
from portal.backup.errors import BackupError
from portal.backup.institution import export


class Command(BaseCommand):
    help = "Writes all data of an institution to a new folder: CSV tables, events, agreements, files and checksums."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("institution", help="the name or ROR ID of the institution")
        parser.add_argument("destination", type=Path, help="a folder that does not exist yet")
        parser.add_argument("--without-files", action="store_true", help="list the files of datasets only")

    def handle(self, *_args: Any, **options: Any) -> None:
        institution = institution_named(options["institution"])
        if institution is None:
            raise CommandError(f"There is no institution called {options['institution']}.")
        try:
            rows = export(
                institution, options["destination"], with_files=not options["without_files"], say=self.stdout.write
            )
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"{rows} rows of {institution.name} are in {options['destination']}.")

"""`manage.py restore SOURCE`: a backup into an empty database. The portal starts with everything stopped."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.grants.models import Restore
from portal.backup import restore, sealing
from portal.backup.errors import BackupError


class Command(BaseCommand):
    help = "Restores a backup as the owner of the tables (MIGRATION_DATABASE_URL). The database must be empty."
    requires_system_checks = ()  # there are no tables to check

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path)
        parser.add_argument("--identity", type=Path, required=True, metavar="FILE", help="the private key")
        known = parser.add_mutually_exclusive_group(required=True)
        known.add_argument("--events", type=Path, metavar="FOLDER", help="the exported events (export_events)")
        known.add_argument(
            "--without-events", action="store_true",
            help="there are no exported events: access revoked since the backup becomes active again",
        )  # fmt: skip

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            restored = restore.restore(
                options["source"], events=options["events"], identity=sealing.identity_in(options["identity"]),
                say=self.stdout.write,
            )  # fmt: skip
        except BackupError as fault:
            raise CommandError(str(fault)) from fault
        for line in report(restored):
            self.stdout.write(line)


def report(restored: Restore) -> list[str]:
    """What was restored, and what operators have to do."""
    lines = [f"Restored from backup {restored.backup} of {restored.taken_at.isoformat()}."]
    if restored.known_until is None:
        lines.append(
            "WARNING: the portal was restored without exported events. Access that was revoked since the backup is "
            "active again."
        )
    else:
        lines.append(f"Events are known until {restored.known_until.isoformat()}.")
    sections = (
        ("Repeated by the restore, because these changes removed access, roles or other rights", restored.taken),
        ("To check before you resume downloads", restored.by_hand),
        ("Made after the backup and lost; the people who made these changes must make them again", restored.lost),
    )
    for heading, counts in sections:
        lines += [f"{heading}:", *_counted(counts)] if counts else []
    if restored.unknown_kinds:
        lines.append(f"Downloads cannot be resumed: unknown types of events: {', '.join(restored.unknown_kinds)}.")
    return [
        *lines,
        "Downloads, background tasks and e-mails are stopped.",
        "Two operators must resume downloads on the page System status.",
    ]


def _counted(counts: dict[str, int]) -> list[str]:
    return [f"  {count:6} {code}" for code, count in sorted(counts.items())]

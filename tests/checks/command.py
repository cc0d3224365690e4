"""`manage.py lint`: every static check in one command."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Run every static check; ends non-zero when one finds something."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", action="append", metavar="NAME", help="run this check only (may be repeated)")
        parser.add_argument("--list", action="store_true", help="say which checks there are")
        parser.add_argument("--draw", action="store_true", help="draw docs/diagrams from the workflow tables")
        parser.add_argument("--coverage", type=Path, metavar="JSON", help="look at a coverage report instead")

    def handle(self, **options: Any) -> None:
        """Run all that was asked for, also after one has failed, and say how long each took."""
        from tests.checks import checks, coverage, diagrams

        root = Path(settings.BASE_DIR)
        if options["draw"]:
            drawn = diagrams.draw(root)
            self.stdout.write(f"{len(drawn)} diagrams drawn in docs/diagrams")
        elif options["list"]:
            for name, check in checks.CHECKS.items():
                self.stdout.write(f"{name:16} {(check.__doc__ or '').splitlines()[0]}")
        elif options["coverage"]:
            report: Path = options["coverage"]
            self._run({"coverage": lambda tree: coverage.complete(tree, report)}, root)
        else:
            self._run(self._chosen(checks.CHECKS, options["only"]), root)

    def _chosen(self, known: dict[str, Any], names: list[str] | None) -> dict[str, Any]:
        unknown = set(names or ()) - set(known)
        if unknown:
            raise CommandError(f"There is no check called {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
        return {name: known[name] for name in names or known}

    def _run(self, chosen: dict[str, Any], root: Path) -> None:
        broken = [name for name, check in chosen.items() if not self._one(name, check, root)]
        if broken:
            raise CommandError(f"{len(broken)} of {len(chosen)} checks found something: {', '.join(broken)}")
        self.stdout.write(self.style.SUCCESS(f"{len(chosen)} checks, nothing found"))

    def _one(self, name: str, check: Any, root: Path) -> bool:
        began = time.monotonic()
        try:
            findings = check(root)
        except Exception as error:  # a tree that does not even load is a finding, and the other checks go on
            findings = [f"the check itself stopped: {type(error).__name__}: {error}"]
        verdict = self.style.ERROR(f"{len(findings)} found") if findings else self.style.SUCCESS("ok")
        self.stdout.write(f"{name:16} {time.monotonic() - began:6.1f} s  {verdict}")
        for finding in findings:
            self.stdout.write(f"    {finding}")
        self.stdout.flush()
        return not findings

"""`manage.py demo`: start a whole portal on this machine; Ctrl-C stops it."""

from pathlib import Path
from typing import Any

from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from deploy.demo.embedded.demo import Demo, reset
from deploy.demo.embedded.process import Trouble
from deploy.demo.embedded.world import World
from portal.settings.environment import data_dir


class Command(BaseCommand):
    help = "Start a whole portal on this machine, with its database, workers, sign-in and mail; Ctrl-C stops it."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, help="where the portal answers (default: as last time, first 8000)")
        parser.add_argument("--data-dir", type=Path, default=data_dir(), help="where everything is kept")
        parser.add_argument("--s3", action="store_true", help="keep the files in SeaweedFS instead of a folder")
        parser.add_argument("--no-seed", action="store_true", help="leave an empty portal empty")
        parser.add_argument("--reset", action="store_true", help="throw the data away and stop")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's shape
        folder = options["data_dir"].resolve()
        try:
            if options["reset"]:
                return reset(folder, self._say)
            world = World(folder, wanted_port=options["port"], s3=options["s3"])
            return Demo(world, self._say, seed=not options["no_seed"] and "seed" in get_commands()).run()
        except Trouble as trouble:
            raise CommandError(str(trouble)) from None

    def _say(self, what: str) -> None:
        self.stdout.write(what)
        self.stdout.flush()

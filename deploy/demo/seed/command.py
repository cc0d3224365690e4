"""`manage.py seed`: fill an empty portal with a world to look at."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from deploy.demo.seed.everything import is_empty, seed


class Command(BaseCommand):
    help = "Fill an empty portal with invented people and real public data."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The seed makes invented people, so it runs in a demo only and never in production.")
        if not is_empty():
            raise CommandError("This portal is in use already; the seed is only sown on an empty database.")
        world = seed()
        self.stdout.write(f"{len(world.people)} people and {len(world.datasets)} datasets are here now.")

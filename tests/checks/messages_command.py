"""`manage.py messages`: collect what the portal says into the Danish catalogue and compile it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Collect every message into locale/da and compile it (needs none of gettext's own programs)."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Update and compile, and say how many still wait for their Danish."""
        from tests.checks.translations import CATALOGUE, update

        said, without = update(settings.BASE_DIR)
        self.stdout.write(f"{said} messages in {CATALOGUE}, {without} without Danish")

"""Commands whose code is in the repository, but not in the installed product: demo, seed, story, checks."""

from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError


def optional_command(module: str) -> type[BaseCommand]:
    """The `Command` of that module, or one that says where it can be run when the module is not installed.

    Only the absence of the module or of a package above it counts; an error inside the module is raised as it is.
    """
    try:
        command: type[BaseCommand] = import_module(module).Command
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{module}.".startswith(f"{missing.name}."):
            raise
        return _not_installed(module)
    return command


def _not_installed(module: str) -> type[BaseCommand]:
    class NotInstalled(BaseCommand):
        help = f"Not installed here: {module} is part of the repository and not of the installed product."
        requires_system_checks: list[str] = []
        requires_migrations_checks = False

        def run_from_argv(self, argv: list[str]) -> None:
            super().run_from_argv(argv[:2])  # the options are those of the command that is not here

        def handle(self, *_args: Any, **_options: Any) -> None:
            raise CommandError(f"{module} is not installed. Run this command in a clone of the Gatehouse repository.")

    return NotInstalled

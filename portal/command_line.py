"""The program `gatehouse` of the installed product: what manage.py is in a clone, with the settings of production."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command of the portal: `gatehouse help` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
    execute_from_command_line(sys.argv)

#!/usr/bin/env python
"""Run one command of the portal: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    """Without DJANGO_SETTINGS_MODULE a command speaks to the demo on this machine."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.demo.settings")
    try:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed for this Python. Run `make demo`, or use .venv/bin/python.")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured:
        if settings.configured:
            raise
        from portal.settings.faults import every_fault

        sys.exit("\n".join(every_fault(os.environ["DJANGO_SETTINGS_MODULE"])))


if __name__ == "__main__":
    main()

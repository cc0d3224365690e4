#!/usr/bin/env python
"""Run one command of the portal: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    """Without DJANGO_SETTINGS_MODULE a command speaks to the demo on this machine."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.demo.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed for this Python. Run `make demo`, or use .venv/bin/python.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

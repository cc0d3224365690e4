"""`manage.py lint`: run every static check."""

from portal.management.optional import optional_command

Command = optional_command("tests.checks.command")

"""`manage.py story`: play the acceptance story against a running portal."""

from portal.management.optional import optional_command

Command = optional_command("tests.acceptance.command")

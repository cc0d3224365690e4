"""`manage.py messages`: collect and compile the translations."""

from portal.management.optional import optional_command

Command = optional_command("tests.checks.messages_command")

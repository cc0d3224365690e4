"""`manage.py seed`: fill an empty portal with the demo's people and data."""

from portal.management.optional import optional_command

Command = optional_command("deploy.demo.seed.command")

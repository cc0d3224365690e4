"""`manage.py demo`: start a whole portal on this machine."""

from portal.management.optional import optional_command

Command = optional_command("deploy.demo.command")

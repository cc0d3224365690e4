"""What follows for readers."""

from apps.audit.models import Event
from apps.core.actors import SYSTEM
from apps.notifications import commands


def notify(event: Event) -> None:
    """Everyone whom the event concerns gets one notification about it."""
    commands.write_notifications(event, by=SYSTEM)


def settle(event: Event) -> None:
    """Notifications that asked for what is now done are read."""
    commands.settle_notifications(event, by=SYSTEM)

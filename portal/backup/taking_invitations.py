"""Invitations that were declined or withdrawn after the backup are so again."""

from apps.access_requests.models import Invitation
from apps.audit.models import Event
from apps.core import clock


def decline(event: Event) -> bool:
    return _end(event, Invitation.Outcome.DECLINED)


def withdraw(event: Event) -> bool:
    return _end(event, Invitation.Outcome.WITHDRAWN)


def _end(event: Event, outcome: str) -> bool:
    """An invitation that is not in the backup was made since, and is lost: there is nothing to take."""
    Invitation.objects.filter(pk__in=event.about[:1], outcome="").update(
        outcome=outcome, ended_at=clock.now(), token_hash="", mail_due_at=None
    )
    return True

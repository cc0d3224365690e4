"""Whether the portal was restored from a backup, and waits for its operators."""

from django.db.models import Q

from apps.core import clock
from apps.grants.models import Restore
from apps.people.models import Person, PlatformRole


def unreleased_restore() -> Restore | None:
    """The restore from a backup that two operators have not released yet: background tasks and e-mails wait for it."""
    return Restore.objects.filter(stop__ends_at__isnull=True).order_by("-restored_at").first()


def replayed_through(event_number: int) -> bool:
    """Whether the event was in a backup that was restored, or was replayed: its e-mails were sent before."""
    through = Q(log_end__gte=event_number) | Q(last_replayed__gte=event_number)
    return Restore.objects.filter(through).exists()


def admits(person: Person | None) -> bool:
    """Whether this person (None: of a first sign-in) may sign in: after a restore only operators, until it is released.

    An operator by a claim counts although the claim is confirmed by this very sign-in only.
    """
    if unreleased_restore() is None:
        return True
    operates = PlatformRole.objects.filter(kind=PlatformRole.Kind.OPERATOR, ends_at__gt=clock.sql_now(), person=person)
    return person is not None and operates.exists()

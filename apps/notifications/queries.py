"""Sets of notifications."""

import re
from datetime import datetime

from django.db.models import Count, IntegerField, Min, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.notifications.models import Notification

DELIVERABLE = r"^[!-?A-~]+@[^@]+$"  # ASCII without spaces, one @, and a domain, which is sent in Punycode (RFC 5890)


def notifications_of(person: Viewer) -> QuerySet[Notification]:
    """Every notification to this person, newest first."""
    return Notification.objects.filter(reader_id=roles.person_id(person)).order_by("-written_at", "-event_id")


def unread_by(person: Viewer) -> QuerySet[Notification]:
    return notifications_of(person).filter(read_at__isnull=True)


def counted(notifications: QuerySet[Notification]) -> Coalesce:
    """How many notifications, as a part of a larger question."""
    groups = notifications.order_by().values("reader_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(groups, output_field=IntegerField()), 0)


def can_be_emailed(address: str) -> bool:
    """Whether mail servers deliver to the address: its part before the @ is ASCII (RFC 5321); the domain may be any."""
    return re.search(DELIVERABLE, address) is not None


def waiting() -> QuerySet[Notification]:
    """Notifications still to be sent by e-mail, oldest first: only to proved addresses that mail servers deliver to."""
    unposted = Notification.objects.filter(posted_at__isnull=True, in_digest=False)
    unposted = unposted.filter(reader__is_active=True, reader__email_verified=True)
    return unposted.filter(reader__email__regex=DELIVERABLE).order_by("not_before", "pk")


def to_post() -> QuerySet[Notification]:
    """The queued e-mails that are due now."""
    return waiting().filter(not_before__lte=clock.sql_now())


def oldest_waiting(among: int = 1000) -> datetime | None:
    """When the oldest queued e-mail was written, of the next `among` to be sent; None if none is queued."""
    some = waiting().values("pk")[:among]
    found: datetime | None = Notification.objects.filter(pk__in=some).aggregate(oldest=Min("written_at"))["oldest"]
    return found

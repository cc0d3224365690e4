"""Sets of notifications."""

from django.db.models import Count, IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.notifications.models import Notification


def notifications_of(person: Viewer) -> QuerySet[Notification]:
    """Every notification to this person, newest first."""
    return Notification.objects.filter(reader_id=roles.person_id(person)).order_by("-written_at", "-event_id")


def unread_by(person: Viewer) -> QuerySet[Notification]:
    return notifications_of(person).filter(read_at__isnull=True)


def counted(notifications: QuerySet[Notification]) -> Coalesce:
    """How many notifications, as a part of a larger question."""
    groups = notifications.order_by().values("reader_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(groups, output_field=IntegerField()), 0)


def waiting() -> QuerySet[Notification]:
    """Notifications still to be sent by e-mail, oldest first: only to addresses that were proved to be the reader's."""
    unposted = Notification.objects.filter(posted_at__isnull=True, reader__is_active=True, reader__email_verified=True)
    return unposted.exclude(reader__email="").order_by("not_before", "pk")


def to_post() -> QuerySet[Notification]:
    """The queued e-mails that are due now."""
    return waiting().filter(not_before__lte=clock.sql_now())

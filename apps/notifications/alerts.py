"""Letters that warn: somebody else may be acting in the reader's name."""

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse

from apps.audit.models import Event
from apps.audit.record import Kind
from apps.downloads.models import DownloadLink
from apps.notifications.notes import Note, Notes, subject_of
from apps.people.models import Identity, PlatformRole
from apps.people.queries import people_with_platform_role


def _identity_linked(event: Event) -> Notes:
    """Whoever can sign in as them has all they have, for good: more than a token."""
    for identity in Identity.objects.select_related("person", "provider").filter(pk__in=event.about):
        facts = {"provider": str(identity.provider or "–")}
        yield Note(identity.person, "identity_linked.person", reverse("identities"), facts)


def _link_misused(event: Event) -> Notes:
    """Once a link: who is refused a thousand times writes no thousand letters."""
    before = Event.objects.filter(kind=event.kind, subject_id=event.subject_id, pk__lt=event.pk)
    link = DownloadLink.objects.select_related("person", "distribution").get(pk=subject_of(event))
    if link.person is not None and not before.exists():
        yield Note(link.person, "link_misused.maker", reverse("my_links"), {"file": link.distribution.name})


def _links_guessed(event: Event) -> Notes:
    """The operators, once an hour: the addresses are in the server's log, for events name nobody."""
    hour = Event.objects.filter(kind=event.kind, at__gt=event.at - timedelta(hours=1), pk__lt=event.pk)
    for operator in people_with_platform_role(PlatformRole.Kind.OPERATOR) if not hour.exists() else ():
        yield Note(operator, "links_guessed.operator", reverse("system_status"), {"count": event.facts["count"]})


ALERTS: dict[Kind, Callable[[Event], Notes]] = {
    Kind.LINK_MISUSED: _link_misused,
    Kind.LINKS_GUESSED: _links_guessed,
    Kind.IDENTITY_LINKED: _identity_linked,
}

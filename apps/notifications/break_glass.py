"""What auditors are told of break-glass accounts: every use, and of tries turned away the first few."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.urls import reverse

from apps.audit.models import Event
from apps.audit.record import Kind
from apps.people.models import Person, PlatformRole
from apps.people.queries import people_with_platform_role

TRIES_TOLD, TRIES_WITHIN = 6, timedelta(minutes=15)  # the log has every one; a flood of letters hides what it tells


def told(event: Event) -> Iterator[tuple[Person, str, str, dict[str, Any]]]:
    """Each auditor, the letter, where it leads, and what fills it."""
    if event.kind == Kind.BREAK_GLASS_REFUSED and _tries_before(event) >= TRIES_TOLD:
        return
    account = Person.objects.filter(pk=event.subject_id).first() if event.subject_id else None
    notification = f"{event.kind}.auditor" if account is not None else f"{event.kind}.auditor_unknown"
    path = f"{reverse('events')}?kind={event.kind}"
    for auditor in people_with_platform_role(PlatformRole.Kind.AUDITOR):
        yield auditor, notification, path, {"account": str(account or ""), "when": event.at}


def _tries_before(event: Event) -> int:
    since = event.at - TRIES_WITHIN
    return Event.objects.filter(kind=event.kind, at__gt=since, pk__lt=event.pk).count()

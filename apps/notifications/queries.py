"""Sets of letters."""

from typing import Any

from django.db.models import QuerySet

from apps.core import roles
from apps.notifications.models import Letter


def letters_of(person: Any) -> QuerySet[Letter]:
    """Every letter to this person, newest first."""
    return Letter.objects.filter(reader_id=roles.person_id(person)).order_by("-written_at", "-event_id")


def unread_by(person: Any) -> QuerySet[Letter]:
    return letters_of(person).filter(read_at__isnull=True)

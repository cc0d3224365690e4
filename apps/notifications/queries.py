"""Sets of letters."""

from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.core import roles
from apps.notifications.models import Letter


def letters_of(person: Any) -> QuerySet[Letter]:
    """Every letter to this person, newest first."""
    return Letter.objects.filter(reader_id=roles.person_id(person)).order_by("-written_at", "-event_id")


def unread_by(person: Any) -> QuerySet[Letter]:
    return letters_of(person).filter(read_at__isnull=True)


def counted(letters: QuerySet[Letter]) -> Coalesce:
    """How many letters, as a part of a larger question."""
    groups = letters.order_by().values("reader_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(groups, output_field=IntegerField()), 0)

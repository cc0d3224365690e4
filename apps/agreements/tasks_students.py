"""What follows for the students of a class once its agreement is offered."""

from apps.access_requests import commands as requests
from apps.agreements.models import Agreement
from apps.audit.models import Event
from apps.core.actors import SYSTEM


def invite_students(event: Event) -> None:
    """An agreement was offered: the students on the roster of its request are invited, each once."""
    for request_id in Agreement.objects.filter(pk__in=[event.subject_id]).values_list("item__request_id", flat=True):
        requests.invite_students(request_id, by=SYSTEM)

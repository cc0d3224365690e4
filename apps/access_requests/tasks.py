"""What follows for access requests."""

from apps.access_requests import commands, queries
from apps.access_requests.models import AccessRequest
from apps.audit.models import Event
from apps.core.actors import SYSTEM


def close_if_denied(event: Event) -> None:
    """A request of which nothing was approved is over."""
    if event.subject_id is not None:
        commands.close_denied(AccessRequest.objects.get(pk=event.subject_id), by=SYSTEM)


def recount_votes(event: Event) -> None:
    """Whoever left a bench (a seat ended, an account was closed) must not leave a vote one short for ever."""
    for request in queries.voted_on_beside([event.subject_id, *event.about]):
        commands.recount(request, by=SYSTEM)


def check_quorum(event: Event) -> None:
    """Too few may be left to decide, from the beginning or because somebody left: an empty bench is not kept quiet."""
    for request in AccessRequest.objects.filter(pk__in=[event.subject_id]):
        commands.record_committees_without_quorum(request, by=SYSTEM)
    for request in queries.voted_on_beside([event.subject_id, *event.about]):
        commands.record_committees_without_quorum(request, by=SYSTEM)

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
    """Count again after an eligible voter has left (a membership ended, an account was closed), so that no item waits
    for their vote.
    """
    for request in queries.voted_on_beside([event.subject_id, *event.about]):
        commands.recount(request, by=SYSTEM)


def check_quorum(event: Event) -> None:
    """Report committees with fewer eligible voters than the quorum, from the start of a round or because somebody
    left.
    """
    for request in AccessRequest.objects.filter(pk__in=[event.subject_id]):
        commands.record_committees_without_quorum(request, by=SYSTEM)
    for request in queries.voted_on_beside([event.subject_id, *event.about]):
        commands.record_committees_without_quorum(request, by=SYSTEM)

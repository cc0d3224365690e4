"""What follows for access requests."""

from apps.access_requests import commands, queries
from apps.access_requests.models import AccessRequest
from apps.access_requests.states import UNDER_REVIEW, RequestState
from apps.audit.models import Event
from apps.core.actors import SYSTEM


def close_if_denied(event: Event) -> None:
    """A request of which nothing was approved is over."""
    if event.subject_id is not None:
        commands.close_denied(AccessRequest.objects.get(pk=event.subject_id), by=SYSTEM)


def withdraw_requests(event: Event) -> None:
    """An account was closed: what its person has before committees is withdrawn."""
    theirs = AccessRequest.objects.filter(applicant_id=event.subject_id, applicant__is_active=False)
    for request in theirs.filter(state__in=[*UNDER_REVIEW, RequestState.RETURNED]).order_by("pk"):
        commands.withdraw_for_closed_account(request, by=SYSTEM)


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

"""Consequences of events for agreements; portal.consequences says which event runs which. And one task of the clock."""

from apps.agreements import commands, queries
from apps.agreements.models import Agreement
from apps.agreements.states import AgreementState
from apps.audit.models import Event
from apps.core.actors import SYSTEM


def offer_agreement(event: Event) -> None:
    """Offer the agreement of an approved item."""
    if event.subject_id is not None:
        commands.offer(event.subject_id, by=SYSTEM)


def end_unsigned_agreements(event: Event) -> None:
    """An account was closed: agreements that wait for its person's signature as applicant end."""
    theirs = Agreement.objects.filter(item__request__applicant_id=event.subject_id, state=AgreementState.OFFERED)
    for agreement in theirs.order_by("pk"):
        commands.end_for_closed_account(agreement, by=SYSTEM)


def close_request_if_over(event: Event) -> None:
    """An agreement ended before or after it was fully signed: a request without any other is closed."""
    for agreement in Agreement.objects.filter(pk__in=[event.subject_id]).select_related("item__request"):
        commands.close_request_if_over(agreement, by=SYSTEM)


def store_agreement_pdf(event: Event) -> None:
    """Store a fully signed agreement as a PDF, and again with the signature of a member who signs later."""
    if event.subject_id is not None:
        commands.store_pdf(event.subject_id, by=SYSTEM)


def expire_agreements() -> None:
    """Notify both sides of each agreement that was not fully signed in time. Nothing depends on when this runs."""
    for agreement in queries.overdue():
        commands.expire(agreement, by=SYSTEM)

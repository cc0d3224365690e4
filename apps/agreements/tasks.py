"""Consequences of events for agreements; portal.consequences says which event runs which. And one task of the clock."""

from apps.agreements import commands, queries
from apps.audit.models import Event
from apps.core.actors import SYSTEM


def offer_agreement(event: Event) -> None:
    """Offer the agreement of an approved item."""
    if event.subject_id is not None:
        commands.offer(event.subject_id, by=SYSTEM)


def store_agreement_pdf(event: Event) -> None:
    """Store a fully signed agreement as a PDF, and again with the signature of a member who signs later."""
    if event.subject_id is not None:
        commands.store_pdf(event.subject_id, by=SYSTEM)


def expire_agreements() -> None:
    """Notify both sides of each agreement that was not fully signed in time. Nothing depends on when this runs."""
    for agreement in queries.overdue():
        commands.expire(agreement, by=SYSTEM)

"""Consequences of events for agreements; portal.consequences says which event runs which."""

from apps.agreements import commands
from apps.audit.models import Event
from apps.core.actors import SYSTEM


def offer_agreement(event: Event) -> None:
    """Offer the agreement of an approved item."""
    if event.subject_id is not None:
        commands.offer(event.subject_id, by=SYSTEM)


def store_agreement_pdf(event: Event) -> None:
    """Store a fully signed agreement as a PDF."""
    if event.subject_id is not None:
        commands.store_pdf(event.subject_id, by=SYSTEM)

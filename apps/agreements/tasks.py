"""What follows for agreements."""

from apps.agreements import commands
from apps.audit.models import Event
from apps.core.actors import SYSTEM


def offer_agreement(event: Event) -> None:
    """An approved item is offered its agreement."""
    if event.subject_id is not None:
        commands.offer(event.subject_id, by=SYSTEM)


def store_agreement_pdf(event: Event) -> None:
    """An executed agreement is kept as a PDF."""
    if event.subject_id is not None:
        commands.store_pdf(event.subject_id, by=SYSTEM)

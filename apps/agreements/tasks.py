"""Consequences of events for agreements; portal.consequences says which event runs which."""

from apps.agreements import commands
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
    """An agreement was terminated: a request without any other is closed."""
    for agreement in Agreement.objects.filter(pk__in=[event.subject_id]).select_related("item__request"):
        commands.close_request_if_over(agreement, by=SYSTEM)


def store_agreement_pdf(event: Event) -> None:
    """Store a fully signed agreement as a PDF."""
    if event.subject_id is not None:
        commands.store_pdf(event.subject_id, by=SYSTEM)

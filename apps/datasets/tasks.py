"""Consequences of events for datasets; portal.consequences says which event runs which."""

from apps.audit.models import Event
from apps.core.actors import SYSTEM
from apps.datasets import commands, queries


def check_owners(event: Event) -> None:
    """An account was closed: a dataset that has no other owner needs one."""
    for dataset in queries.left_without_owner(event.subject_id):
        commands.record_owner_missing(dataset, cause=event.pk, by=SYSTEM)


def check_who_names_owners(_event: Event | None = None) -> None:
    """Officials or operators have changed: whoever can appoint an owner now for a dataset without one is notified."""
    for dataset, cause in queries.reported_without_owner():
        commands.record_owner_missing(dataset, cause=cause, by=SYSTEM)


def check_uploaded_file(event: Event) -> None:
    """Compute the checksum of an uploaded file."""
    if event.subject_id is not None:
        commands.check_file(event.subject_id, by=SYSTEM)

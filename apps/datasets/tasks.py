"""What follows for datasets."""

from apps.audit.models import Event
from apps.core.actors import SYSTEM
from apps.datasets import commands


def check_uploaded_file(event: Event) -> None:
    """An uploaded file is read once more and gets its checksum."""
    if event.subject_id is not None:
        commands.check_file(event.subject_id, by=SYSTEM)

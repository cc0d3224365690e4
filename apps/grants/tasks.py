"""What follows for grants."""

from apps.audit.models import Event
from apps.core.actors import SYSTEM
from apps.grants import commands
from apps.grants.models import AccessGrant


def issue_grants(event: Event) -> None:
    """Everyone who signed an executed agreement gets their grant."""
    if event.subject_id is not None:
        commands.issue(event.subject_id, by=SYSTEM)


def activate_request(event: Event) -> None:
    """With the first grant out (and every item decided) the request is active."""
    if event.subject_id is None:
        return
    issued = AccessGrant.objects.filter(pk=event.subject_id).values_list("agreement__item__request_id", flat=True)
    commands.activate_request(issued.first() or event.subject_id, by=SYSTEM)

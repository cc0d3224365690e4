"""Who undid a decision: they know the choices of the others, so their own next vote does not decide."""

from datetime import datetime
from uuid import UUID

from apps.access_requests.models import Item, UndoneDecision


def undid(item: Item, person_id: UUID, since: datetime) -> bool:
    """Whether this person undid a decision on the item after that moment."""
    return UndoneDecision.objects.filter(item=item, undone_by_id=person_id, undone_at__gt=since).exists()

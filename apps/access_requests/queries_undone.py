"""Who undid a decision: they know the choices of the others, so their own next vote does not decide."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from apps.access_requests.models import Item, UndoneDecision
from apps.core import roles
from apps.core.actors import Viewer


def undid(item: Item, person_id: UUID, since: datetime) -> bool:
    """Whether this person undid a decision on the item after that moment."""
    return UndoneDecision.objects.filter(item=item, undone_by_id=person_id, undone_at__gt=since).exists()


def undone_by(person: Viewer) -> Exists:
    """A condition on items: this person undid a decision on the item in its open round."""
    undone = UndoneDecision.objects.filter(item=OuterRef("pk"), round__closed_at__isnull=True)
    return Exists(undone.filter(undone_by=roles.person_id(person)))

"""The saved views of a person."""

from django.db.models import QuerySet

from apps.access_requests.models import SavedView
from apps.core import roles
from apps.core.actors import Viewer


def saved_by(person: Viewer) -> QuerySet[SavedView]:
    """The views that this person saved, in their order; as many as one person may have."""
    return SavedView.objects.filter(person=roles.person_id(person))[: SavedView.MOST]

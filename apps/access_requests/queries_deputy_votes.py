"""What waits for a deputy: in the navigation, on Home and in their list."""

from django.db.models import Exists, OuterRef, QuerySet

from apps.access_requests.models import Item, Vote
from apps.access_requests.models.review import OF_MEMBER
from apps.access_requests.queries import kept_for
from apps.committees.queries_deputies import memberships_kept_by
from apps.core.actors import Viewer


def votes_waiting_for_deputy(person: Viewer) -> QuerySet[Item]:
    """The undecided items on which this person may vote as a deputy, and nobody has in the place of that member."""
    members = memberships_kept_by(person).order_by().values("person_id")
    cast = Vote.objects.alias(of_member=OF_MEMBER).filter(item=OuterRef("pk"), round__closed_at__isnull=True)
    return kept_for(person).exclude(Exists(cast.filter(of_member__in=members)))

"""What waits for a person, by the page that lists it: one set for the count in the navigation, the list and To do."""

from typing import Any

from django.db.models import QuerySet

from apps.access_requests import review_queue
from apps.access_requests.models import AccessRequest
from apps.access_requests.queries_deputy_votes import votes_waiting_for_deputy
from apps.committees.queries import committees_of
from apps.core.actors import Viewer
from apps.grants import waiting


def reviews_waiting_for(person: Viewer) -> QuerySet[AccessRequest]:
    """Requests that this committee member is to check or to vote on: the first two tabs of the queue."""
    return review_queue.waiting_for(person, among=committees_of(person).values_list("pk", flat=True))


def waiting_for(person: Viewer) -> dict[str, QuerySet[Any]]:
    """By the name of the page in the navigation."""
    return {
        "my_requests": waiting.requests_waiting_for(person),
        "my_access": waiting.access_waiting_for(person),
        "my_classes": waiting.places_waiting_for(person),
        "vote_as_deputy": votes_waiting_for_deputy(person),
        "review_queue": reviews_waiting_for(person),
        "my_datasets": waiting.agreements_to_countersign(person),
        "institution_people": waiting.affiliations_to_confirm(person),
        "system_status": waiting.stops_to_resume(person),
    }

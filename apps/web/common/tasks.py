"""What waits for a person, by the page that lists it: one set for the count in the navigation, the list and To do."""

from typing import Any

from django.db.models import QuerySet

from apps.access_requests.models import Item
from apps.access_requests.queries import review_queue_of
from apps.committees.queries import committees_of
from apps.core.actors import Viewer
from apps.grants import waiting


def reviews_waiting_for(person: Viewer) -> QuerySet[Item]:
    """Requested datasets that this committee member can vote on or check, and has not voted on."""
    queue: QuerySet[Any] = review_queue_of(person, among=committees_of(person).values("pk"))
    return queue.filter(i_voted=False)


def waiting_for(person: Viewer) -> dict[str, QuerySet[Any]]:
    """By the name of the page in the navigation."""
    return {
        "my_requests": waiting.requests_waiting_for(person),
        "my_access": waiting.access_waiting_for(person),
        "review_queue": reviews_waiting_for(person),
        "my_datasets": waiting.agreements_to_countersign(person),
    }

"""Data access requests: what is asked, by whom, the rounds of review, the votes and the decisions."""

from apps.access_requests.models.appeals import Appeal, UndoneDecision
from apps.access_requests.models.requests import AccessRequest, Item, Membership, Round
from apps.access_requests.models.review import Condition, Question, Recusal, Vote

__all__ = [
    "AccessRequest",
    "Appeal",
    "Condition",
    "Item",
    "Membership",
    "Question",
    "Recusal",
    "Round",
    "UndoneDecision",
    "Vote",
]

"""Data access requests: what is asked, by whom, the rounds of review, the votes and the decisions."""

from apps.access_requests.models.clocks import ReviewClock
from apps.access_requests.models.requests import AccessRequest, Item, Membership, Round
from apps.access_requests.models.review import Condition, Question, Recusal, Vote

__all__ = ["AccessRequest", "Condition", "Item", "Membership", "Question", "Recusal", "ReviewClock", "Round", "Vote"]

"""How an access request and each of its items live. Drawn in docs/diagrams and compared there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.workflow import Workflow


class RequestState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Changes requested")
    DECIDED = "decided", _("Decided")
    ACTIVE = "active", _("Active")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ItemState(models.TextChoices):
    OPEN = "open", _("Awaiting decision")
    APPROVED = "approved", _("Approved")
    CONDITIONAL = "conditional", _("Approved with conditions")
    DENIED = "denied", _("Denied")
    WITHDRAWN = "withdrawn", _("Withdrawn")


REQUEST_WORKFLOW = Workflow(
    {
        (RequestState.DRAFT, "submit"): RequestState.SUBMITTED,
        (RequestState.DRAFT, "withdraw"): RequestState.WITHDRAWN,
        (RequestState.SUBMITTED, "accept_for_review"): RequestState.IN_REVIEW,
        (RequestState.SUBMITTED, "return"): RequestState.RETURNED,
        (RequestState.SUBMITTED, "withdraw"): RequestState.WITHDRAWN,
        (RequestState.SUBMITTED, "decide"): RequestState.DECIDED,
        (RequestState.IN_REVIEW, "return"): RequestState.RETURNED,
        (RequestState.IN_REVIEW, "withdraw"): RequestState.WITHDRAWN,
        (RequestState.IN_REVIEW, "decide"): RequestState.DECIDED,
        (RequestState.RETURNED, "submit"): RequestState.SUBMITTED,
        (RequestState.RETURNED, "withdraw"): RequestState.WITHDRAWN,
        (RequestState.RETURNED, "decide"): RequestState.DECIDED,
        (RequestState.DECIDED, "activate"): RequestState.ACTIVE,
        (RequestState.DECIDED, "close"): RequestState.CLOSED,
        (RequestState.ACTIVE, "close"): RequestState.CLOSED,
        (RequestState.DECIDED, "appeal"): RequestState.IN_REVIEW,
        (RequestState.ACTIVE, "appeal"): RequestState.IN_REVIEW,
        (RequestState.CLOSED, "appeal"): RequestState.IN_REVIEW,
    },
    start=RequestState.DRAFT,
    name="access request",
)

ITEM_WORKFLOW = Workflow(
    {
        (ItemState.OPEN, "approve"): ItemState.APPROVED,
        (ItemState.OPEN, "approve_with_conditions"): ItemState.CONDITIONAL,
        (ItemState.OPEN, "deny"): ItemState.DENIED,
        (ItemState.OPEN, "withdraw"): ItemState.WITHDRAWN,
        (ItemState.WITHDRAWN, "reopen"): ItemState.OPEN,
        (ItemState.APPROVED, "undo"): ItemState.OPEN,
        (ItemState.CONDITIONAL, "undo"): ItemState.OPEN,
        (ItemState.DENIED, "undo"): ItemState.OPEN,
        (ItemState.DENIED, "appeal"): ItemState.OPEN,
        (ItemState.OPEN, "end_appeal"): ItemState.DENIED,
    },
    start=ItemState.OPEN,
    name="request item",
)
EDITABLE = (RequestState.DRAFT, RequestState.RETURNED)
UNDER_REVIEW = (RequestState.SUBMITTED, RequestState.IN_REVIEW)
ACCEPTED = (ItemState.APPROVED, ItemState.CONDITIONAL)

"""When a decision takes effect: at once, or after the committee's time to undo it.

The item is decided in the transaction of the last vote. Until `takes_effect_at` nobody outside the committee knows:
they read the item as `announced` shows it. That is a comparison with the clock, so a late worker delays e-mail and the
agreement, never what is true (docs/decisions/undo-window.md).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q

from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.states import UNDER_REVIEW, ItemState, RequestState
from apps.core import clock

UNDECIDED: dict[str, Any] = {
    "decided_at": None, "decided_in": None, "reason": "", "terms": "", "denial_codes": None, "appeal_until": None,
    "takes_effect_at": None, "adopted": None,
}  # fmt: skip


def is_pending(item: Item, now: datetime) -> bool:
    """Whether the item is decided and the decision can still be undone at this moment."""
    return item.takes_effect_at is not None and item.takes_effect_at > now


def pending() -> Q:
    """The condition "decided, not in effect yet" on items."""
    return Q(takes_effect_at__gt=clock.sql_now())


def unannounced() -> Q:
    """The condition on items "as far as anybody outside the committee knows, this waits for a decision"."""
    return Q(state=ItemState.OPEN) | pending()


def announced(item: Item, now: datetime) -> Item:
    """The item as everybody outside the committee may know it: undecided until its decision takes effect.

    A copy to read, never to save.
    """
    if not is_pending(item, now):
        return item
    return item.shown_as(ItemState.OPEN, **UNDECIDED)


def announced_state(request: AccessRequest, items: Collection[Item]) -> str:
    """The state of the request, given its `items` as announced: decided once they are, whether a worker ran or not."""
    decided = bool(items) and all(item.state != ItemState.OPEN for item in items)
    return RequestState.DECIDED if decided and request.state in UNDER_REVIEW else request.state


def decided_on(request: AccessRequest, items: Collection[Item]) -> datetime | None:
    """When the request was decided; before a worker wrote that down, when the last of its `items` was."""
    moments = [item.decided_at for item in items if item.decided_at is not None]
    return max(moments, default=None) if request.state in UNDER_REVIEW else request.decided_at

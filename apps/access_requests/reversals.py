"""What is taken back: a decision before its effect, an appeal by its applicant. For commands, and for a restore.

The caller holds the lock on the request, has made the checks and records the event.
"""

from apps.access_requests.effect import UNDECIDED
from apps.access_requests.models import Appeal, Item
from apps.access_requests.states import ItemState
from apps.core import clock


def reopen(item: Item) -> None:
    """The item waits for a decision again; the caller has checked that its decision is not in effect."""
    item.move("undo", **UNDECIDED)


def restore_denial(appeal: Appeal) -> None:
    """The appeal is withdrawn: the item is denied as it was, whatever has been voted since."""
    item = appeal.item
    if item.takes_effect_at is not None:
        reopen(item)
    if item.state == ItemState.OPEN:
        item.move(
            "end_appeal", decided_at=appeal.denied_at, decided_in=appeal.denied_in, reason=appeal.denied_reason,
            denial_codes=appeal.denied_codes,
        )  # fmt: skip
    end_appeal(item, Appeal.Outcome.WITHDRAWN)


def end_appeal(item: Item, outcome: Appeal.Outcome) -> None:
    """Write down how the open appeal of this item ended, if there is one."""
    Appeal.objects.filter(item=item, outcome="").update(outcome=outcome, ended_at=clock.now())

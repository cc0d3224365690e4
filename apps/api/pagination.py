"""Lists walked by key: page 4,000 costs what page 1 costs, and nothing is seen twice when rows are added."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.api.errors import Malformed

LARGEST = 100
USUAL = 25
Position = tuple[datetime, UUID]


def sealed(list_name: str, position: Position | None) -> str | None:
    """A cursor that only this portal can have made, for this list."""
    if position is None:
        return None
    return _signer(list_name).sign_object([position[0].isoformat(), str(position[1])])


def opened(list_name: str, cursor: str) -> Position | None:
    """Where the cursor points; a cursor that was changed, or belongs to another list, is refused."""
    if not cursor:
        return None
    try:
        moment, pk = _signer(list_name).unsign_object(cursor)
        return datetime.fromisoformat(moment), UUID(pk)
    except (signing.BadSignature, ValueError):
        raise Malformed(_("The cursor is not valid for this list. Start again without a cursor.")) from None


def page(list_name: str, found: QuerySet[Any], *, moment: str, cursor: str, size: int) -> tuple[list[Any], str | None]:
    """One page of the set, newest first by `moment`, and the cursor of the next one if there is one."""
    after = opened(list_name, cursor)
    rows = found.order_by(f"-{moment}", "-pk")
    if after is not None:
        rows = rows.filter(Q(**{f"{moment}__lt": after[0]}) | Q(**{moment: after[0], "pk__lt": after[1]}))
    items = list(rows[: size + 1])
    last = items[size - 1] if len(items) > size else None
    return items[:size], sealed(list_name, (getattr(last, moment), last.pk) if last is not None else None)


def _signer(list_name: str) -> signing.Signer:
    return signing.Signer(salt=f"gatehouse cursor {list_name}")

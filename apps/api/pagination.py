"""Keyset pagination of lists: every page costs the same, and rows added meanwhile do not shift the pages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.api.errors import Malformed

MAX_SIZE = 100
DEFAULT_SIZE = 25
Position = tuple[datetime, UUID]


def encode_cursor(list_name: str, position: Position | None) -> str | None:
    """A signed cursor for this list; None if there is no position."""
    if position is None:
        return None
    return _signer(list_name).sign_object([position[0].isoformat(), str(position[1])])


def decode_cursor(list_name: str, cursor: str) -> Position | None:
    """The position of the cursor; None if it is empty. Malformed if it was changed or is for another list."""
    if not cursor:
        return None
    try:
        moment, pk = _signer(list_name).unsign_object(cursor)
        return datetime.fromisoformat(moment), UUID(pk)
    except (signing.BadSignature, ValueError):
        raise Malformed(_("The cursor is not valid for this list. Start again without a cursor.")) from None


def page(list_name: str, found: QuerySet[Any], *, moment: str, cursor: str, size: int) -> tuple[list[Any], str | None]:
    """One page, newest first by the column `moment`, and the cursor of the next page; None on the last."""
    after = decode_cursor(list_name, cursor)
    rows = found.order_by(f"-{moment}", "-pk")
    if after is not None:
        rows = rows.filter(Q(**{f"{moment}__lt": after[0]}) | Q(**{moment: after[0], "pk__lt": after[1]}))
    items = list(rows[: size + 1])
    last = items[size - 1] if len(items) > size else None
    return items[:size], encode_cursor(list_name, (getattr(last, moment), last.pk) if last is not None else None)


def _signer(list_name: str) -> signing.Signer:
    return signing.Signer(salt=f"gatehouse cursor {list_name}")

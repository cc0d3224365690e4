"""Idempotency: a form or API call that is sent twice is carried out once.

The key is stored in the same transaction as the change it protects, so neither exists without the other. The second
call waits until the transaction of the first has ended.
"""

import hashlib
import hmac
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.errors import Invalid
from apps.core.models import IdempotencyKey


@dataclass(frozen=True)
class ReservedKey:
    """A key in use: `first` if this call is to be carried out; otherwise `location` is the result of the first call."""

    row_id: int
    first: bool
    location: str


def digest_of(parts: Iterable[tuple[str, str]]) -> str:
    """A digest of the names and values that were sent, to refuse a key that is used again with other content."""
    text = "\x00".join(f"{name}\x01{value}" for name, value in sorted(parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def reserve_key(*, person_id: uuid.UUID, key: uuid.UUID, digest: str) -> ReservedKey:
    """Reserve the key in the caller's transaction; waits while another transaction is using it.

    Raises Invalid if the key was used before with other content.
    """
    table = IdempotencyKey._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, person_id, digest, location) VALUES (%s, %s, %s, '')"  # noqa: S608
            " ON CONFLICT (person_id, key) DO NOTHING RETURNING id",
            [key, person_id, digest],
        )
        row = cursor.fetchone()
    if row:
        return ReservedKey(row_id=row[0], first=True, location="")
    found = IdempotencyKey.objects.get(person_id=person_id, key=key)
    if not hmac.compare_digest(found.digest, digest):
        raise Invalid(_("This form was already submitted with different content. Reload the page and submit it again."))
    return ReservedKey(row_id=found.pk, first=False, location=found.location)


def keys_in_use(person_id: uuid.UUID, keys: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these keys with which this person has had something done."""
    found = IdempotencyKey.objects.filter(person_id=person_id, key__in=list(keys))
    return set(found.values_list("key", flat=True))


def store_location(reserved: ReservedKey, *, location: str) -> None:
    """Store where the result is, for a second call with the same key."""
    IdempotencyKey.objects.filter(pk=reserved.row_id).update(location=location[:500])


def release_key(reserved: ReservedKey) -> None:
    """Delete the key, because nothing was changed: it may be used again, with other content."""
    IdempotencyKey.objects.filter(pk=reserved.row_id).delete()


def delete_old_keys(*, older_than: timedelta) -> None:
    """Delete keys older than this."""
    IdempotencyKey.objects.filter(created_at__lt=clock.now() - older_than).delete()

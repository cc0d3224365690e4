"""Idempotency: the same form or API call, sent twice, happens once.

The key is stored in the same transaction as what it protects, so that a crash between the two cannot happen, and a
second sending waits for the first to end before it answers.
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
class Claim:
    """Ours to do (`first`), or done before with its `location`."""

    row_id: int
    first: bool
    location: str


def digest_of(parts: Iterable[tuple[str, str]]) -> str:
    """A fingerprint of what was sent, so that one key cannot stand for two different contents."""
    text = "\x00".join(f"{name}\x01{value}" for name, value in sorted(parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def claim(*, person_id: uuid.UUID, key: uuid.UUID, digest: str) -> Claim:
    """Claim the key inside the caller's transaction; waits while another transaction has it."""
    table = IdempotencyKey._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, person_id, digest, location) VALUES (%s, %s, %s, '')"  # noqa: S608
            " ON CONFLICT (person_id, key) DO NOTHING RETURNING id",
            [key, person_id, digest],
        )
        row = cursor.fetchone()
    if row:
        return Claim(row_id=row[0], first=True, location="")
    found = IdempotencyKey.objects.get(person_id=person_id, key=key)
    if not hmac.compare_digest(found.digest, digest):
        raise Invalid(_("This form was already sent with different content. Reload the page and send it again."))
    return Claim(row_id=found.pk, first=False, location=found.location)


def finish(claimed: Claim, *, location: str) -> None:
    """Remember where the answer was, for whoever sends the same form again."""
    IdempotencyKey.objects.filter(pk=claimed.row_id).update(location=location[:500])


def release(claimed: Claim) -> None:
    """What the key stood for was not done after all: the same form may come again, with other contents."""
    IdempotencyKey.objects.filter(pk=claimed.row_id).delete()


def forget(*, older_than: timedelta) -> None:
    """Drop keys nobody will send again."""
    IdempotencyKey.objects.filter(created_at__lt=clock.now() - older_than).delete()

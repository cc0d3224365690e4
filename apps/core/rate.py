"""Limits how often repeated events are recorded, so that a flood of them cannot fill the event log."""

from typing import Any

from django.core.cache import cache

MINUTE = 60
RECORD_EACH = 20


def count_event(key: str, *, within: int = MINUTE) -> int:
    """Count one more event under `key` and return how many there were since the first, for `within` seconds.

    Each process counts by itself. Without a cache every event is counted as the first.
    """
    cache_key = f"rate:{key}"
    if cache.add(cache_key, 1, within):
        return 1
    try:
        return cache.incr(cache_key)
    except ValueError:  # the key expired in between
        return 1


def count_of(key: str) -> int:
    """How many events were counted under `key` so far; without a cache none."""
    return int(cache.get(f"rate:{key}", 0))


def should_record(key: str) -> int:
    """Count one more event under `key`; returns the number in this minute if this one is to be recorded, otherwise 0.

    The first RECORD_EACH are recorded, then each time the number doubles: n events make 20 + log2(n / 16) records.
    """
    count = count_event(key)
    return count if count <= RECORD_EACH or count & (count - 1) == 0 else 0


def count_fact(count: int) -> dict[str, Any]:
    """The fact `count` for the event, if it represents more than itself (from the twenty-first on)."""
    return {"count": count} if count > RECORD_EACH else {}

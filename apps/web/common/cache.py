"""Public facts that may be a minute old, such as a committee's median: never anything that opens or refuses access."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

SECONDS = 60
Fact = TypeVar("Fact")


def cached_for_a_minute(name: str, find: Callable[[], Fact]) -> Fact:
    """What `find` said within the last minute in this process."""
    kept: Fact | None = cache.get(name)
    if kept is None:
        kept = find()
        cache.set(name, kept, SECONDS)
    return kept

"""How often something that anybody can bring about is worth writing down: a flood leaves its mark, and no flood."""

from typing import Any

from django.core.cache import cache

MINUTE = 60
EACH = 20


def times(what: str, *, within: int = MINUTE) -> int:
    """How often it has happened in these seconds, counted from the first; each process counts for itself.

    Without a cache every time is the first.
    """
    key = f"rate:{what}"
    if cache.add(key, 1, within):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # the time ended in between
        return 1


def should_record(what: str) -> int:
    """How often it has happened this minute, if that is worth a line; 0 if not.

    Each of the first twenty is, then every doubling: n times leave 20 + log2(n / 16) lines, and the last line says how
    many there were, to a factor of two. Counted by each process for itself; without a cache everything is worth a line.
    """
    count = times(what)
    return count if count <= EACH or count & (count - 1) == 0 else 0


def counted(count: int) -> dict[str, Any]:
    """What the line says of it: from the twenty-first on, it stands for all since the last one."""
    return {"count": count} if count > EACH else {}

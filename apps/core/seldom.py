"""How often something that anybody can bring about is worth writing down: a flood leaves its mark, and no flood."""

from django.core.cache import cache

MINUTE = 60
EACH = 20


def worth_noting(what: str) -> int:
    """How often it has happened this minute, if that is worth a line; 0 if not.

    Each of the first twenty is, then every doubling: n times leave 20 + log2(n / 16) lines, and the last line says how
    many there were, to a factor of two. Counted by each process for itself; without a cache everything is worth a line.
    """
    key = f"seldom:{what}"
    if cache.add(key, 1, MINUTE):
        return 1
    try:
        count = cache.incr(key)
    except ValueError:  # the minute ended in between
        return 1
    return count if count <= EACH or count & (count - 1) == 0 else 0

"""Sizes of files in words: decimal units, as `static/js/upload.js` writes them in the browser."""

from django.utils import formats

UNITS = ("B", "kB", "MB", "GB", "TB")
BASE = 1000
ONE_DECIMAL_BELOW = 100


def size_in_words(size: int | None) -> str:
    """A number of bytes with its unit (SI: 1 kB is 1,000 bytes), in the reader's format of numbers: "12.3 MB"."""
    left, step = float(size or 0), 0
    while left >= BASE and step < len(UNITS) - 1:
        left, step = left / BASE, step + 1
    left = round(left, 1 if step and left < ONE_DECIMAL_BELOW else None)
    decimals = 0 if left == int(left) else 1
    return f"{formats.number_format(left, decimals, force_grouping=True)}\N{NO-BREAK SPACE}{UNITS[step]}"

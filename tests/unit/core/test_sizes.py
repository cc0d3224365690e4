"""Sizes of files: decimal units, rounded as the browser rounds them."""

import pytest

from apps.core.sizes import size_in_words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (None, "0 B"), (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1024, "1 kB"), (1550, "1.6 kB"),
        (96_240, "96.2 kB"), (212_400_000, "212 MB"), (1_200_000_000, "1.2 GB"), (5 * 10**12, "5 TB"),
        (1_284 * 10**12, "1,284 TB"),
    ],
)  # fmt: skip
def test_a_size_has_decimal_units(size: int | None, words: str) -> None:
    assert size_in_words(size) == words.replace(" ", "\N{NO-BREAK SPACE}")

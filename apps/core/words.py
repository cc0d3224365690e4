"""Two texts compared word by word, so that a person can read what is different. Pure functions.

Spaces and line breaks do not count: a text of the same words is the same text. The comparison is that of `difflib`
(Ratcliff and Obershelp); words that are very frequent in a long text do not start a match, which bounds its time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MOST_WORDS = 4_000  # that differ between the first and the last change, in either text: about 50 ms
MOST_CHARACTERS = 2_000_000  # of both texts together
FOLDED = 60  # unchanged words in a row, from which the middle of them is folded
BESIDE = 15  # unchanged words that stay in view on each side of a change
LEAST_ALIKE = 0.2  # part of the words that both texts have; below it they are shown one after the other

_WORD = re.compile(r"(?:\w+|[^\w\s])\s*")


class Was(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    FOLDED = "folded"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """Words in a row with the spaces after them; `words` is how many."""

    was: Was
    text: str
    words: int


def compare_words(before: str, after: str) -> list[Piece] | None:
    """The pieces of both texts in reading order, what was removed before what was added instead.

    None if the texts are too long to compare; no piece is ADDED or REMOVED if they have the same words.
    """
    if len(before) + len(after) > MOST_CHARACTERS:
        return None
    old, new = _words(before), _words(after)
    start = _alike([one.strip() for one in old], [one.strip() for one in new])
    ends = ([one.strip() for one in reversed(each[start:])] for each in (old, new))
    end = _alike(*ends)
    middle = old[start : len(old) - end], new[start : len(new) - end]
    if max(map(len, middle)) > MOST_WORDS:
        return None
    pieces = [*_piece(Was.KEPT, new[:start]), *_middle(*middle), *_piece(Was.KEPT, new[len(new) - end :])]
    return list(_folded(pieces))


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def _piece(was: Was, words: Sequence[str]) -> Iterator[Piece]:
    if words:
        yield Piece(was, "".join(words), len(words))


def _middle(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """What lies between the first and the last change."""
    matcher = SequenceMatcher(None, [one.strip() for one in old], [one.strip() for one in new])
    blocks = [block for block in matcher.get_matching_blocks() if _says_something(new[block.b : block.b + block.size])]
    if sum(block.size for block in blocks) < LEAST_ALIKE * max(len(old), len(new)):
        blocks = []
    at_old = at_new = 0
    for block in blocks:
        yield from _piece(Was.REMOVED, old[at_old : block.a])
        yield from _piece(Was.ADDED, new[at_new : block.b])
        yield from _piece(Was.KEPT, new[block.b : block.b + block.size])
        at_old, at_new = block.a + block.size, block.b + block.size
    yield from _piece(Was.REMOVED, old[at_old:])
    yield from _piece(Was.ADDED, new[at_new:])


def _says_something(words: Sequence[str]) -> bool:
    """A comma that two rewritten sentences share is not worth a piece of its own."""
    return any(one[0].isalnum() for one in words)


def _folded(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The middle of long unchanged runs as pieces of their own, so that a page can close them."""
    last = len(pieces) - 1
    for at, piece in enumerate(pieces):
        if piece.was != Was.KEPT or piece.words < FOLDED or last == 0:
            yield piece
            continue
        words = _words(piece.text)
        head, tail = BESIDE if at else 0, BESIDE if at < last else 0
        yield from _piece(Was.KEPT, words[:head])
        yield from _piece(Was.FOLDED, words[head : len(words) - tail])
        yield from _piece(Was.KEPT, words[len(words) - tail :])

"""An old and a new text as the component `word_changes` shows them: what was removed, added and left as it was."""

from datetime import date
from typing import Any

from django.utils import formats

from apps.core.words import Was, compare_words

CHANGED = (Was.REMOVED, Was.ADDED)


def changed_words(before: Any, after: Any) -> dict[str, Any]:
    """`pieces` in reading order, None if the texts are too long to compare; `same` if only spaces differ.

    Each text is a text, its lines, a day, or None.
    """
    old, new = text_of(before), text_of(after)
    pieces = compare_words(old, new)
    same = pieces is not None and not any(one.was in CHANGED for one in pieces)
    return {"pieces": pieces, "same": same, "before": old, "after": new}


def text_of(value: Any) -> str:
    """A value of a request, or the lines of an answer, as one text."""
    if isinstance(value, date):
        return formats.date_format(value, "j M Y")
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)

"""One letter to be written: to whom, which one, and what fills it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.accounts.models import Person


@dataclass(frozen=True)
class Note:
    """One reader, the letter they get, what fills it, what is quoted in it, and where it leads."""

    reader: Person
    letter: str
    path: str
    facts: dict[str, Any] = field(default_factory=dict)
    quoted: str = ""


Notes = Iterator[Note]

"""What a check of one condition is given, and how it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.datasets.matching.facts import Ancestry, Recipient
from apps.datasets.matching.outcome import Change, Line, Outcome
from apps.datasets.matching.purpose import Purpose


@dataclass(frozen=True)
class Asked:
    """One code of a dataset with all its values, the codes beside it, and the purpose it is compared with.

    `recipients` is None if it is not known who would receive the data.
    """

    code: str
    values: tuple[str, ...]
    codes: frozenset[str]
    purpose: Purpose
    ancestry: Ancestry
    recipients: tuple[Recipient, ...] | None
    today: date

    def fits(self, sentence: Any, **more: Any) -> Line:
        return Line(self.code, Outcome.MATCH, str(sentence), **more)

    def obliges(self, sentence: Any, due: date | None = None) -> Line:
        return Line(self.code, Outcome.OBLIGATIONS, str(sentence), due=due)

    def asks(self, sentence: Any, *changes: Change) -> Line:
        return Line(self.code, Outcome.REVIEW, str(sentence), changes)

    def denies(self, sentence: Any, *changes: Change) -> Line:
        return Line(self.code, Outcome.DENY, str(sentence), changes)

    @property
    def day(self) -> date | None:
        """The value as a date; None if there is none, or another text."""
        try:
            return date.fromisoformat(self.values[0]) if len(self.values) == 1 else None
        except ValueError:
            return None


def combined(lines: Sequence[Line]) -> Line:
    """Several answers of one condition as one: the worst outcome, with the sentences and changes of all who say it."""
    worst = max(line.outcome for line in lines)
    those = [line for line in lines if line.outcome == worst]
    changes = [change for line in those for change in line.changes] if all(line.changes for line in those) else []
    caps = [line.cap for line in lines if line.cap is not None]
    sentence = " ".join(dict.fromkeys(line.sentence for line in those if line.sentence))
    return Line(those[0].code, worst, sentence, tuple(changes), cap=min(caps, default=None))

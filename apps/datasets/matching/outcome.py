"""What a comparison of a purpose with use conditions says: the outcome, a line for each condition, and what helps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from apps.datasets.matching.purpose import Purpose


class Outcome(IntEnum):
    """The lattice of DUO matching; the worst wins, and the worst is the largest."""

    MATCH = 0
    OBLIGATIONS = 1
    REVIEW = 2
    DENY = 3

    @property
    def code(self) -> str:
        """The outcome as addresses and the API write it: match, obligations, review or deny."""
        return self.name.lower()


WORDS: dict[Outcome, Any] = {
    Outcome.MATCH: _("Fits"),
    Outcome.OBLIGATIONS: _("Fits with obligations"),
    Outcome.REVIEW: _("The committee will check"),
    Outcome.DENY: _("Does not fit"),
}
BY_CODE = {one.code: one for one in Outcome}


class Change(NamedTuple):
    """A change of one answer that would help. `value` is the answer that helps; None if it is not known which one."""

    answer: str
    value: Any
    sentence: str


class Cap(NamedTuple):
    """The last day of access that a condition allows, with its code."""

    code: str
    day: date
    sentence: str


@dataclass(frozen=True)
class Line:
    """What one condition says to the purpose. `code` is empty for what no condition of the dataset says.

    `changes` are all needed for a better outcome; empty if no change of answers helps. `due` is the day of an
    obligation that has one; `cap` is the last day of access that the condition allows.
    """

    code: str
    outcome: Outcome
    sentence: str
    changes: tuple[Change, ...] = ()
    due: date | None = None
    cap: date | None = None


@dataclass(frozen=True)
class Match:
    """The whole answer: a line for each condition, in the order of the conditions.

    `unanswered` are the names of the questions that the conditions are about and that have no answer.
    """

    lines: tuple[Line, ...]
    unanswered: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The worst of all lines."""
        return max(line.outcome for line in self.lines)

    @property
    def obligations(self) -> list[Line]:
        return [line for line in self.lines if line.outcome == Outcome.OBLIGATIONS]

    @property
    def reasons(self) -> list[Line]:
        """The lines that make the outcome what it is."""
        return [line for line in self.lines if line.outcome == self.outcome]

    @property
    def cap(self) -> Cap | None:
        """The earliest last day of access that a condition allows."""
        caps = [Cap(line.code, line.cap, line.sentence) for line in self.lines if line.cap is not None]
        return min(caps, key=lambda one: one.day, default=None)

    @property
    def smallest_change(self) -> list[Change]:
        """The fewest changes of answers that improve the outcome; empty if no change of answers does.

        Each line of the worst outcome needs its own change, so all of them are needed.
        """
        if self.outcome in (Outcome.MATCH, Outcome.OBLIGATIONS):
            return []
        changes: dict[str, Change] = {}
        for line in self.reasons:
            if not line.changes:
                return []
            for change in line.changes:
                merged = _merged(changes.get(change.answer), change)
                if merged is None:
                    return []
                changes[merged.answer] = merged
        return list(changes.values())


def _merged(one: Change | None, other: Change) -> Change | None:
    """Two changes of one answer as one; None if no answer suits both."""
    if one is None or one == other or one.value == other.value:
        return other
    if isinstance(one.value, frozenset) and isinstance(other.value, frozenset) and one.value & other.value:
        return other._replace(value=one.value & other.value)
    return None


def changed(purpose: Purpose, changes: Iterable[Change]) -> Purpose:
    """The purpose after these changes."""
    values: Mapping[str, Any] = {change.answer: change.value for change in changes}
    return replace(purpose, **values)

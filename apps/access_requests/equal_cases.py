"""Which requests for one dataset are equal enough to be decided together. Pure functions of plain values.

Equal are undecided requests for the same dataset, before the same committee, whose purposes compare with the use
conditions in the same way and leave nothing to judge, and which answer the same version of the committee's form or have
the same purpose. Why: docs/decisions/equal-cases.md.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from apps.datasets.matching import Match, Outcome, Purpose

MOST = 20  # requests that are compared and decided at once


class Why(StrEnum):
    """Why a request that was chosen is not decided with the others."""

    UNDECLARED = "undeclared"
    NOT_WAITING = "not_waiting"
    OTHER_DATASET = "other_dataset"
    UNCLEAR = "unclear"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Likeness:
    """What is compared of one request: None where nothing can be compared, which is like no other request.

    `match` is how each use condition compares, `form` the versions of the committee's form, `purpose` the answers
    about the research purpose.
    """

    match: Hashable | None
    form: Hashable | None
    purpose: Hashable | None

    @property
    def is_clear(self) -> bool:
        return self.match is not None


def likeness(snapshot: Mapping[str, Any], committee: UUID, purpose: Purpose, match: Match) -> Likeness:
    """What of a round's snapshot is compared, for the dataset whose use conditions gave this match."""
    versions = sorted(row["version"] for row in snapshot.get("forms", ()) if row["committee"] == str(committee))
    return Likeness(_compared(match), tuple(versions) or None, _codes(purpose))


def _compared(match: Match) -> Hashable | None:
    """The outcome of each condition; None if one of them needs judgement."""
    if any(line.outcome == Outcome.REVIEW for line in match.lines):
        return None
    return tuple(sorted((line.code, line.outcome) for line in match.lines))


def _codes(purpose: Purpose) -> Hashable | None:
    """The answers about the purpose, without free text and the end of the ethics approval; None without its kind."""
    return replace(purpose, project=None, ethics_until=None) if purpose.kind is not None else None


def equal_ones(known: Sequence[tuple[UUID, Likeness]]) -> set[UUID]:
    """The largest group of clear requests that are equal to each other, of groups of one size the one met first."""
    groups: dict[Hashable, list[UUID]] = {}
    for pk, one in known:
        if not one.is_clear:
            continue
        for kind, value in (("form", one.form), ("purpose", one.purpose)):
            if value is not None:
                groups.setdefault((kind, value, one.match), []).append(pk)
    largest: list[UUID] = max(groups.values(), key=len, default=[])
    return set(largest)

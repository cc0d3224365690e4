"""A comparison of a purpose with the use conditions of datasets, as the API gives it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ninja import Field, Schema

from apps.access_requests.purposes import Matched


class MatchLineOut(Schema):
    code: str = Field(description="The use condition; empty for what no condition of the dataset says.")
    outcome: str = Field(description="match, obligations, review or deny")
    sentence: str
    due: date | None


class ChangeOut(Schema):
    answer: str
    sentence: str


class MatchOut(Schema):
    dataset: str
    outcome: str = Field(description="The worst of all lines: match, obligations, review or deny.")
    lines: list[MatchLineOut]
    smallest_change: list[ChangeOut] = Field(description="All of these together would help; empty if none would.")
    last_day: date | None = Field(description="The last day of access that the use conditions allow.")


def matches_out(found: Iterable[Matched]) -> list[dict[str, Any]]:
    """One row a dataset, by title."""
    return [
        {
            "dataset": one.dataset.slug,
            "outcome": one.match.outcome.code,
            "lines": [
                {"code": line.code, "outcome": line.outcome.code, "sentence": line.sentence, "due": line.due}
                for line in one.match.lines
            ],
            "smallest_change": [
                {"answer": change.answer, "sentence": change.sentence} for change in one.match.smallest_change
            ],
            "last_day": cap.day if (cap := one.match.cap) is not None else None,
        }
        for one in found
    ]

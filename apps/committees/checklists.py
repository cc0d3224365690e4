"""The checklist of a committee: criteria on which its members give verdicts in each case.

What a committee has is one list of sentences and whether each needs a verdict before anybody votes. A round keeps the
list that was valid when it began.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

MOST = 20  # criteria
LONGEST = 300  # characters of one

# EHDS, Art. 68(1)(a)-(h), Regulation (EU) 2025/327, in our own words.
EHDS_CRITERIA = (
    _("The purpose is one of the purposes that the law allows for secondary use."),
    _("The requested data are necessary, adequate and proportionate, and pseudonymised data are justified."),
    _("The processing has a legal basis, in particular for pseudonymised data."),
    _("The applicant is qualified for the purpose and has the expertise it needs."),
    _("The technical and organisational measures prevent misuse and protect the rights of the people concerned."),
    _("The information on ethical aspects meets national law."),
    _("If an exception from the right to opt out is used, its conditions are met."),
    _("All other requirements for the request are met."),
)


@dataclass(frozen=True)
class Checklist:
    """The criteria, in order, and whether each needs a verdict before anybody votes."""

    criteria: tuple[str, ...] = ()
    required: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"criteria": list(self.criteria), "required": self.required}

    @classmethod
    def read(cls, kept: Any) -> "Checklist":
        """From what a committee or a round keeps; nothing kept is a checklist without criteria."""
        kept = kept or {}
        return cls(tuple(kept.get("criteria", ())), bool(kept.get("required", False)))


def mark(number: int) -> str:
    """How a criterion is named: 1 is "a"."""
    return chr(ord("a") + number - 1)


def shipped() -> Sequence[str]:
    """The criteria that the portal offers, in the language of now."""
    return [str(text) for text in EHDS_CRITERIA]


def lines(text: str) -> list[str]:
    """One criterion a line; empty lines are left out."""
    return [line for one in text.splitlines() if (line := " ".join(one.split()))]


def too_long(criteria: Iterable[str]) -> list[int]:
    """The numbers of those that have too many characters, from 1."""
    return [number for number, text in enumerate(criteria, start=1) if len(text) > LONGEST]

"""What an approval rule covers, and whether a case is covered. Pure functions; whatever is not known is not covered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.datasets.matching import Outcome, Purpose

# Of a purpose: what must be answered besides what the rule compares. What is missing goes to people.
MUST_BE_ANSWERED = ("sensitive", "organisations", "countries", "processing", "ai")


class Why(models.TextChoices):
    """Why a rule does not cover a case: it then goes to people."""

    DATASET = "dataset", _("another dataset")
    ROUND = "round", _("submitted before, or revised after a denial")
    PURPOSE = "purpose", _("research purpose not answered in full")
    KIND = "kind", _("another kind of research")
    COMMERCIAL = "commercial", _("commercial use, or a company takes part")
    REIDENTIFY = "reidentify", _("re-identification not ruled out")
    SENSITIVE = "sensitive", _("a sensitive topic")
    MATCH = "match", _("use conditions not met, or the committee must check")
    ETHICS = "ethics", _("no ethics approval for the whole period")
    DOCUMENT = "document", _("no checked document with the ethics approval")
    INSTITUTION = "institution", _("a person without a valid affiliation with a listed institution")
    INSIDER = "insider", _("a person of the committee takes part")


@dataclass(frozen=True)
class Terms:
    """What a rule lists. Everything else is the same for every rule: non-commercial, with ethics approval, and so on.

    `datasets` and `institutions` are ids, `kinds` are kinds of research as `apps.datasets.matching` knows them.
    """

    datasets: frozenset[str]
    kinds: frozenset[str]
    institutions: frozenset[str]

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """The terms as they are stored; a list that is missing is empty, so nothing is covered."""
        return cls(*(frozenset(stored.get(name, ())) for name in ("datasets", "kinds", "institutions")))

    def as_json(self) -> dict[str, list[str]]:
        return {name: sorted(getattr(self, name)) for name in ("datasets", "kinds", "institutions")}


@dataclass(frozen=True)
class Facts:
    """The structured facts of one dataset in one submission; nothing that somebody wrote in free text.

    `outcome` is None without a comparison. `institutions` has one entry a person of the request: the ids of the
    institutions with which they have a valid affiliation.
    """

    dataset: str
    first_submission: bool
    purpose: Purpose
    outcome: Outcome | None
    ends_on: date | None
    ethics_document: bool
    institutions: tuple[frozenset[str], ...]
    has_insider: bool


def why_not(terms: Terms, facts: Facts) -> list[Why]:
    """Everything that keeps the rule from approving this case, in the order of `Why`; empty if it is covered."""
    purpose = facts.purpose
    covered = {
        Why.DATASET: facts.dataset in terms.datasets,
        Why.ROUND: facts.first_submission,
        Why.PURPOSE: all(getattr(purpose, name) is not None for name in MUST_BE_ANSWERED),
        Why.KIND: purpose.kind in terms.kinds,
        Why.COMMERCIAL: purpose.commercial is False and "company" not in (purpose.organisations or ("company",)),
        Why.REIDENTIFY: purpose.reidentify is False,
        Why.SENSITIVE: purpose.sensitive == frozenset(),
        Why.MATCH: facts.outcome in (Outcome.MATCH, Outcome.OBLIGATIONS),
        Why.ETHICS: _has_ethics_approval(purpose, facts.ends_on),
        Why.DOCUMENT: facts.ethics_document,
        Why.INSTITUTION: bool(facts.institutions) and all(one & terms.institutions for one in facts.institutions),
        Why.INSIDER: not facts.has_insider,
    }
    return [why for why, fine in covered.items() if not fine]


def _has_ethics_approval(purpose: Purpose, ends_on: date | None) -> bool:
    """There is an approval, and it is valid until the last day of the access that is requested."""
    if purpose.ethics != "approved" or purpose.ethics_until is None or ends_on is None:
        return False
    return purpose.ethics_until >= ends_on


def is_sampled(number: int, every: int) -> bool:
    """Whether the decision with this number, counted from 1, is checked by a member: the first and each `every`-th
    after it. Anybody can work it out again later from the number and the rule.
    """
    return (number - 1) % every == 0

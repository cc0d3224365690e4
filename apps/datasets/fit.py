"""One purpose against all listed datasets: by their distinct sets of use conditions, which are few."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from apps.datasets.conditions import Use
from apps.datasets.diseases import ancestry_of
from apps.datasets.matching import Outcome, Purpose, Recipient, outcomes
from apps.datasets.models import UseSet

MOST_SETS = 20_000  # compared in about a second; datasets with other sets go to the committee


@dataclass(frozen=True)
class Fit:
    """The outcome of each set of conditions, by its key."""

    by_key: Mapping[str, Outcome]

    def of(self, key: str) -> Outcome:
        """The outcome of the set with this key; an unknown one goes to the committee."""
        return self.by_key.get(key, Outcome.REVIEW)

    def keys(self, wanted: Collection[Outcome]) -> list[str]:
        """The keys of the sets with one of these outcomes; a document without a key yet counts as REVIEW."""
        unknown = [""] if Outcome.REVIEW in wanted else []
        return [key for key, outcome in self.by_key.items() if outcome in wanted] + unknown


def fit_of(purpose: Purpose, recipients: Iterable[Recipient], *, today: date) -> Fit:
    """Compare the purpose with every set; one statement, and one for the diseases."""
    stored = UseSet.objects.order_by("key").values_list("key", "uses")[:MOST_SETS]
    sets = {key: [Use(code, value) for code, value in uses] for key, uses in stored}
    ancestry = ancestry_of(purpose, [use for uses in sets.values() for use in uses])
    return Fit(outcomes(sets, purpose, ancestry, recipients=recipients, today=today))

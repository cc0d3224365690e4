"""Measuring things side by side: round after round, each thing in each round, so that a slow minute slows them all."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5
NOISY = 0.25


@dataclass(frozen=True)
class Series:
    """What one thing measured in each round."""

    values: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a share of the median."""
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return (high - low) / 2 / self.median if self.median else 0.0


def interleaved(things: dict[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, Series]:
    """Every thing once in each round, the first of a round another each time; a round to warm up is not counted."""
    names = list(things)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(-1, rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            value = things[name]()
            if number >= 0:
                found[name].append(value)
    return {name: Series(values) for name, values in found.items()}


def ratio(ours: Series, limit: Series) -> Series:
    """Ours over the limit, round by round."""
    return Series([mine / other for mine, other in zip(ours.values, limit.values, strict=True)])

"""`python -m tests.performance.matching`: one purpose against 100,000 datasets; 1 if it takes more than a second.

Datasets share sets of use conditions, so the portal compares sets (`apps.datasets.fit`). Two worlds: 400 sets, as many
as a national portal may have, and the worst, in which each dataset has a set of its own, for which there is no bar. The
limit of the same run is reading the sets as JSON, which no way of matching avoids. Times are those of the processor.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

DATASETS, USUAL, BAR = 100_000, 400, 1.0  # datasets, distinct sets, seconds


def main() -> int:
    """Print the times; 1 when the bar was missed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    missed = [distinct for distinct in (USUAL, DATASETS) if _measure(distinct) > BAR and distinct == USUAL]
    return int(bool(missed))


def _measure(distinct: int) -> float:
    """The seconds of this processor for all datasets, which share so many sets; prints them."""
    stored = [json.dumps(one) for one in _sets(distinct)]
    keys = [str(n % distinct) for n in range(DATASETS)]
    read, limit = _timed(lambda: _read(stored))
    counts, seconds = _timed(lambda: _counted(_match(stored), keys))
    said = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(counts.items()))
    print(f"{DATASETS:,} datasets with {len(read):,} sets of conditions: {seconds:.3f} s (bar {BAR:.0f} s)")
    print(f"  reading the sets alone {limit:.3f} s, ratio {seconds / limit:.1f}; {said}")
    return seconds


def _counted(found: dict[str, Any], keys: list[str]) -> Counter[str]:
    return Counter(found[key].code for key in keys)


def _timed(act: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    return act(), time.process_time() - began


def _sets(number: int) -> list[list[list[str]]]:
    """So many different sets: a permission, up to three modifiers, and a date of its own."""
    from apps.datasets.conditions import MODIFIERS, PERMISSIONS, VALUES

    random = Random(1)
    plain = [code for code in MODIFIERS if code not in VALUES]
    found = []
    for n in range(number):
        permission = random.choice(list(PERMISSIONS))
        value = random.choice(["MONDO:0004989", "MONDO:0008903"]) if permission in VALUES else ""
        uses = [[permission, value], *([code, ""] for code in random.sample(plain, random.randint(0, 3)))]
        found.append([*uses, ["DUO:0000025", f"{2030 + n // 360 % 400}-{n // 30 % 12 + 1:02}-{n % 28 + 1:02}"]])
    return found


def _read(stored: list[str]) -> dict[str, Any]:
    from apps.datasets.conditions import Use

    return {str(n): [Use(*use) for use in json.loads(one)] for n, one in enumerate(stored)}


def _match(stored: list[str]) -> dict[str, Any]:
    from datetime import date

    from apps.datasets.matching import Ancestry, Disease, Purpose, outcomes

    purpose = Purpose(
        kind="disease", diseases=(Disease("MONDO:0004989", "breast carcinoma"),), methods=False, ancestry=False,
        sensitive=frozenset(), commercial=False, organisations=frozenset({"public"}), publish=True,
    )  # fmt: skip
    ancestry = Ancestry({"MONDO:0004989": frozenset({"MONDO:0007254"}), "MONDO:0008903": frozenset()})
    return outcomes(_read(stored), purpose, ancestry, today=date(2027, 1, 1))


if __name__ == "__main__":
    sys.exit(main())

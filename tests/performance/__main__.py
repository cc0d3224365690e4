"""`make bench`: starts a portal of its own, fills it, measures, prints one table and throws everything away.

`ARGS=--large` adds downloads of 1 GiB and after a rest. The growth table (tests/performance/growth) comes last. It ends
with 1 when a bar was missed; nothing is hidden.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable

from deploy.demo.embedded import Trouble
from deploy.demo.embedded.process import running
from deploy.demo.embedded.world import ROOT
from tests.performance import bytes_out, decision, fronts, pages, seeding
from tests.performance.place import Place, place
from tests.performance.rounds import Series, ratio
from tests.performance.table import Table


def main(arguments: list[str]) -> int:
    """Run all of it; the exit code says whether every bar was met."""
    began, busy = time.monotonic(), os.getloadavg()[0]

    def report(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", file=sys.stderr, flush=True)

    table = Table()
    report("starting PostgreSQL, making tables")
    with place() as here:
        _decisions(here, table, report)
        with running(fronts.portal(here)) as web:
            report("bar 6: pages")
            pages.measure(here, table, web)
            report("bar 1: downloads")
            bytes_out.measure(here, table, web, large="--large" in arguments)
    table.rows.sort(key=lambda row: row[0])
    print(f"\nGatehouse, 10,000 datasets, {os.cpu_count()} cores, Python {platform.python_version()}.")
    print("Medians of rounds taken in turn with their limit; +- is half the distance between the quartiles.")
    if busy > 1:
        print(f"Others were using this machine at the start (load {busy:.1f}): what counts seconds is too slow to")
        print("be believed, ratios suffer less, and a bar that was missed must be measured again on a quiet machine.")
    print()
    print(table)
    print(f"\n{table.missed} missed; {time.monotonic() - began:.0f} s", flush=True)
    grown = subprocess.run([sys.executable, "-m", "tests.performance.growth"], cwd=ROOT, check=False).returncode
    return 1 if table.missed or grown else 0


def _decisions(here: Place, table: Table, say: Callable[[str], None]) -> None:
    """Bar 2 at 1,000 datasets, then at 10,000."""
    say("1,000 datasets")
    seeding.seed(here.urls, first=1, last=1_000)
    small = decision.measure()
    say("10,000 datasets")
    seeding.seed(here.urls, first=1_001, last=10_000)
    say("bar 2: the access decision")
    large = decision.measure()
    _beside(table, large["ours"], large["bare"], "a bare ORM exists()", most=2.0)
    guardian = ratio(large["guardian"], large["ours"])
    table.add(
        "2", "access decision, guardian", ours=f"{large['ours'].median:.2f} ms",
        limit=f"guardian has_perm {large['guardian'].median:.2f} ms", ratio=f"{guardian.median:.1f}x faster",
        wanted=">= 4x", good=guardian.median >= 4, spread=guardian,
    )  # fmt: skip
    # The machine's own pace changes between the two, so each is taken in units of its own bare exists().
    flat = (large["ours"].median / large["bare"].median) / (small["ours"].median / small["bare"].median)
    table.add(
        "2", "from 1,000 to 10,000 datasets", ours=f"{large['ours'].median:.2f} ms",
        limit=f"at 1,000: {small['ours'].median:.2f} ms", ratio=f"{flat:.2f}", wanted="<= 1.5", good=flat <= 1.5,
    )  # fmt: skip
    count = decision.statements()
    table.add("2", "statements of one decision", ours=str(count), wanted="1", good=count == 1)


def _beside(table: Table, ours: Series, limit: Series, what: str, *, most: float) -> None:
    share = ratio(ours, limit)
    table.add(
        "2", "access decision", ours=f"{ours.median:.2f} ms", limit=f"{what} {limit.median:.2f} ms",
        ratio=f"{share.median:.2f}", wanted=f"<= {most}", good=share.median <= most, spread=share,
    )  # fmt: skip


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(f"The benchmark could not run: {trouble}")

"""`python -m tests.performance.growth`: what every page costs at 10,000 and at 100,000 datasets; 1 if a cost grows.

`--sizes 10000,100000,1000000` are other sizes of the portal; `--rounds 0` measures no times; `--only TEXT` opens the
pages whose name has it, `--only basic` those of people with a handful of things, `--only many` those of people with
thousands; `--statements` prints what each statement of these pages reads.
"""

import argparse
import os
import sys
import time

from deploy.demo.embedded.process import Trouble
from tests.performance.growth.measure import Portal, costs
from tests.performance.growth.report import MOST, own_rows, report
from tests.performance.growth.visits import BASIC, MANY, visits
from tests.performance.growth.world import Say, grown

ROUNDS = 7
SETS = {"basic": list(BASIC), "many": list(MANY)}


def main(arguments: list[str], say: Say | None = None) -> int:
    """Print the tables; 1 when a bar was missed."""
    asked = _asked(arguments)
    began = time.monotonic()

    def report_progress(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", file=sys.stderr, flush=True)

    say = say or report_progress
    sizes = sorted(int(size) for size in asked.sizes.split(","))
    with grown(sizes, say) as made:
        portals = [Portal(one) for one in made]
        wanted = SETS[asked.only] if asked.only in SETS else [one for one in visits() if asked.only in one.name]
        found = costs(portals, wanted, rounds=asked.rounds, say=say)
        for portal in portals:
            portal.close()
    table = report(wanted, found, sizes)
    print(f"\nWhat a page costs with {sizes[0]:,} and with {sizes[-1]:,} datasets.")
    print("Blocks and statements of every page must stay flat, and the time of pages with *.")
    print("Times are medians of rounds taken in turn, in one process; compare them only with each other.")
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n\n{table}")
    if not asked.only:
        print(f"\nPeople with thousands of things, at {sizes[-1]:,} datasets:\n")
        print(own_rows(wanted, found, sizes[-1]))
    if asked.statements:
        for name, by_size in found.items():
            print(f"\n{name}")
            for shape, one in by_size[sizes[-1]].recorded.statements.items():
                small = by_size[sizes[0]].recorded.statements.get(shape)
                print(f"  {small.blocks if small else 0:7} {one.blocks:7}  {one.times}x {shape}")
    print(f"\n{len(table.missed)} missed (at most {MOST} times the cost)")
    print("\n".join(f"- {one}" for one in table.missed))
    return 1 if table.missed else 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.performance.growth", description=__doc__)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="text in the page's name, or `basic` or `many`")
    parser.add_argument("--statements", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(f"The growth table could not be made: {trouble}")

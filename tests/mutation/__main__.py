"""`python -m tests.mutation [MODULE ...]`: how many changes of the rules the tests notice.

Prints each survivor, and at the end the share that was noticed. A survivor that changes nothing anybody could see
stands with its reason in `equivalent.txt`. Ends 1 below 95 %.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ASKED = 0.95
TESTS = ("tests/unit", "tests/tokens", "tests/integration", "tests/access", "tests/identity")
MODULES = (
    "apps/*/rules.py", "apps/*/queries.py", "apps/committees/decisions.py", "apps/core/workflow.py",
    "apps/grants/models.py", "apps/grants/access_state/*.py", "apps/downloads/commands.py", "apps/downloads/signing.py",
)  # fmt: skip


def main() -> int:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", help="files; without any, the rules, queries, decisions, access rule, links, workflow"
    )
    parser.add_argument("--sample", type=int, default=0, help="try only so many mutants, chosen by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="*", default=list(TESTS))
    asked = parser.parse_args()
    patterns = asked.modules or list(MODULES)
    modules = sorted({str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern)})
    results = ROOT / "var" / "mutation.json"
    results.parent.mkdir(exist_ok=True)
    wanted = {"modules": modules, "sample": asked.sample, "seed": asked.seed, "results": str(results)}
    command = [
        sys.executable, "-m", "pytest", "-q", "-n", "0", "-s", "-p", "tests.mutation.plugin", "-m",
        "not soak and not exhaustive and not browser and not demo", *asked.tests,
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, env={**os.environ, "MUTATION": json.dumps(wanted)}, check=False)
    return report(json.loads(results.read_text()))


def report(found: list[dict[str, str]]) -> int:
    """Print what survived and the share that was noticed, by module; 1 if it is below what is asked."""
    reasons = dict(line.split(" # ", 1) for line in (HERE / "equivalent.txt").read_text().splitlines() if " # " in line)
    counts: dict[str, Counter[str]] = {}
    for one in found:
        module = one["name"].partition("::")[0]
        outcome = one["outcome"]
        if outcome in ("survived", "not covered") and one["name"] in reasons:
            outcome = "equivalent"
        elif outcome in ("survived", "not covered"):
            print(f"{outcome}: {one['name']} (line {one['line']})")
        counts.setdefault(module, Counter())[outcome] += 1
    total: Counter[str] = Counter()
    for module, count in sorted(counts.items()):
        total += count
        print(f"{module:45} {_share(count):7.1%}  {dict(count)}")
    print(f"{'together':45} {_share(total):7.1%}  {dict(total)}; asked: {ASKED:.0%}")
    return 0 if _share(total) >= ASKED else 1


def _share(count: Counter[str]) -> float:
    """The noticed mutants among those that change something."""
    tried = count.total() - count["equivalent"]
    return (count["killed"] + count["too slow"]) / tried if tried else 1.0


if __name__ == "__main__":
    sys.exit(main())

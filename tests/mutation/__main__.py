"""`python -m tests.mutation [MODULE ...]`: how many changes of the rules the tests notice.

Prints each survivor, and at the end the share that was noticed. A survivor that changes nothing anybody could see
stands with its reason in `equivalent.txt`. Ends 1 below 95 %. `--table` prints the last results of every module.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ASKED = 0.95
TESTS = ("tests/unit", "tests/tokens", "tests/integration", "tests/access", "tests/identity")
MODULES = (
    "apps/*/rules.py", "apps/*/rules/*.py", "apps/*/queries.py", "apps/*/queries/*.py", "apps/committees/decisions.py",
    "apps/core/workflow.py", "apps/grants/models.py", "apps/grants/access_state/*.py", "apps/downloads/commands.py",
    "apps/downloads/signing.py",
)  # fmt: skip


def main() -> int:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", help="files; without any, the rules, queries, decisions, access rule, links, workflow"
    )
    parser.add_argument("--sample", type=int, default=0, help="try only so many of each module, chosen by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--survivors", action="store_true", help="try only those that no test noticed and no reason excuses"
    )
    parser.add_argument("--table", action="store_true", help="run nothing; print the last results of every module")
    parser.add_argument("--tests", nargs="*", default=list(TESTS))
    parser.add_argument(
        "--patience", type=int, default=40, help="seconds of the processor after which a mutant has survived"
    )
    asked = parser.parse_args()
    every = _files(MODULES)
    modules = _files(asked.modules) if asked.modules else every
    (ROOT / "var" / "mutation").mkdir(parents=True, exist_ok=True)
    if not asked.table:
        _run(asked, modules, sorted({*modules, *every}))
    return report(modules)


def _files(patterns: Any) -> list[str]:
    return sorted({str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern)})


def _run(asked: argparse.Namespace, modules: list[str], every: list[str]) -> None:
    wanted = {
        "modules": modules, "every": every, "sample": asked.sample, "seed": asked.seed, "survivors": asked.survivors,
        "patience": asked.patience, "tests": asked.tests, "commit": _git("rev-parse", "--short", "HEAD"),
        "date": _git("log", "-1", "--format=%cs"), "excused": sorted(_reasons()),
    }  # fmt: skip
    command = [
        sys.executable, "-m", "pytest", "-q", "-n", "0", "-s", "-p", "tests.mutation.plugin", "--tb=native", "-m",
        "not soak and not exhaustive and not browser and not demo", *asked.tests,
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, env={**os.environ, "MUTATION": json.dumps(wanted)}, check=False)


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def report(modules: list[str]) -> int:
    """Print what survived, and a row for each module; 1 if the share noticed is below what is asked."""
    reasons = _reasons()
    total: Counter[str] = Counter()
    rows = [
        "| module | mutants | tried | killed | equivalent | survived | share | commit |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for module in modules:
        place = ROOT / "var" / "mutation" / f"{module.replace('/', '.')}.json"
        if not place.exists():
            print(f"never run: {module}")
            continue
        about = json.loads(place.read_text())
        count = _count(about["mutants"], reasons)
        count["all"] = about["all"]
        total += count
        rows.append(_row(module, count, about["commit"]))
    print("\n".join([*rows, _row("together", total, "")]))
    return 0 if _share(total) >= ASKED else 1


def _reasons() -> dict[str, str]:
    """By name, why a mutant that nothing notices changes nothing that anybody could see."""
    lines = (HERE / "equivalent.txt").read_text().splitlines()
    return {name: reason for name, _, reason in (line.partition(" # ") for line in lines) if reason}


def _count(found: list[dict[str, Any]], reasons: dict[str, str]) -> Counter[str]:
    """How many were noticed, change nothing, or survived; prints the last."""
    count: Counter[str] = Counter()
    for one in found:
        noticed = one["outcome"] in ("killed", "too slow")
        outcome = "killed" if noticed else "equivalent" if one["name"] in reasons else "survived"
        if outcome == "survived":
            print(f"{one['outcome']}: {one['name']} (line {one['line']})")
        count[outcome] += 1
    return count


def _row(module: str, count: Counter[str], commit: str) -> str:
    tried = count["killed"] + count["equivalent"] + count["survived"]
    numbers = f"{count['all']} | {tried} | {count['killed']} | {count['equivalent']} | {count['survived']}"
    return f"| {module} | {numbers} | {_share(count):.1%} | {commit} |"


def _share(count: Counter[str]) -> float:
    """The noticed mutants among those that change something."""
    tried = count["killed"] + count["survived"]
    return count["killed"] / tried if tried else 1.0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.production_layout [--only COMPONENT:ACTION ...] [--seconds 20]`: plays the rows, prints the table.

Ends 1 if a bar is missed, 2 if the layout could not be started.
"""

import argparse
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from deploy.demo.embedded.process import Trouble
from deploy.demo.embedded.world import ROOT
from tests.checks.previous_release import previous_release
from tests.production_layout import checks, logs, scenario, table
from tests.production_layout.clients import Load
from tests.production_layout.layout import Layout, running_layout
from tests.production_layout.ledger import Busyness, Ledger
from tests.production_layout.load import add_clients
from tests.production_layout.place import fresh
from tests.production_layout.rows import Act, Player, Row

FOLDER = ROOT / "var" / "production_layout"


def wanted(only: list[str]) -> dict[tuple[str, str], Act]:
    """The rows to play, by component and action; `only` names some of them."""
    rows: dict[tuple[str, str], Act] = {("nothing", "nothing"): scenario.nothing}
    for component in scenario.COMPONENTS:
        rows[component, "kill"] = scenario.kill(component)
        rows[component, "freeze"] = scenario.freeze(component)
    for secret, act in scenario.ROTATIONS.items():
        rows[secret, "rotate"] = act
    rows["release", "upgrade"] = scenario.upgrade
    if not only:
        return rows
    chosen = {name: act for name, act in rows.items() if ":".join(name) in only}
    if unknown := set(only) - {":".join(name) for name in chosen}:
        raise SystemExit(f"--only {sorted(unknown)}: there are {[':'.join(name) for name in rows]}")
    return chosen


@contextmanager
def code_of_previous_release() -> Iterator[Path]:
    """The tree of the previous release, by its commit."""
    commit = previous_release(ROOT).commit
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
        yield Path(folder)


def play(rows: dict[tuple[str, str], Act], seconds: float, code: Path, folder: Path) -> tuple[list[Row], list[str]]:
    """All these rows on one layout that begins with this code; and what was wrong besides the rows."""
    place, ledger, busyness = fresh(folder), Ledger(), Busyness()
    played: list[Row] = []
    with running_layout(place, code) as layout:
        load = Load(place.address("web"), place.certificates.authority, ledger)
        words = add_clients(load, layout)
        player = Player(layout, load, busyness)
        try:
            load.warm()
            for (component, action), act in rows.items():
                played.append(player.play(component, action, act, seconds))
                _tell(played)
        finally:
            load.stop()
            busyness.stop()
        return played, _afterwards(layout, ledger, words)


def _afterwards(layout: Layout, ledger: Ledger, words: str) -> list[str]:
    """The controls, the figures, a restore, and the search in the logs."""
    faults = checks.counter_finds_what_is_planted(layout) + checks.figures_count_every_worker(layout)
    try:
        said, wrong = checks.restores(layout)
    except RuntimeError as fault:  # the logs are read all the same
        said, wrong = "", [str(fault)[-1500:]]
    found = logs.search(layout, ledger, words)
    print(said, found.summary(), sep="\n", flush=True)
    return [*faults, *wrong, *found.faults()]


def _tell(rows: list[Row]) -> None:
    head, line, *_others = table.printed(rows).splitlines()
    last = table.printed(rows).splitlines()[-1]
    print("\n".join([head, line, last] if len(rows) == 1 else [last]), flush=True)
    for note in rows[-1].notes[:20]:
        print(f"    {note}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.production_layout", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="COMPONENT:ACTION", help="may be repeated")
    parser.add_argument("--seconds", type=float, default=20, help="how long a part is away or frozen")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="is emptied first; keeps the logs")
    options = parser.parse_args()
    rows = wanted(options.only)
    upgrade = {name: act for name, act in rows.items() if name == ("release", "upgrade")}
    others = {name: act for name, act in rows.items() if name not in upgrade}
    played: list[Row] = []
    faults: list[str] = []
    try:
        if others:
            some, wrong = play(others, options.seconds, ROOT, options.folder)
            played, faults = [*played, *some], [*faults, *wrong]
        if upgrade:
            with code_of_previous_release() as code:
                some, wrong = play(upgrade, options.seconds, code, options.folder)
            played, faults = [*played, *some], [*faults, *wrong]
    except (Trouble, RuntimeError) as trouble:
        print(trouble, file=sys.stderr)
        return 2
    print(f"\n{table.printed(played)}\n", *faults, sep="\n", flush=True)
    quiet = table.quiet_seconds(played)
    return 1 if faults or any(table.misses(row, quiet) for row in played) else 0


if __name__ == "__main__":
    sys.exit(main())

"""How many pages the browser tests of a run loaded and checked, and how long that took, over all workers."""

import json
import os
from pathlib import Path


def note(**counts: float) -> None:
    """Add these counts to those of the run."""
    with _file(Path(os.environ["GATEHOUSE_TEST_RUN"])).open("a", encoding="utf-8") as file:
        file.write(json.dumps(counts) + "\n")  # one short line a write: workers do not mix theirs


def summary(run: Path) -> str:
    """One line for the end of the run; empty when no page was looked at."""
    if not _file(run).exists():
        return ""
    rows = [json.loads(line) for line in _file(run).read_text(encoding="utf-8").splitlines()]
    total = {name: sum(row.get(name, 0) for row in rows) for name in ("looks", "axe_runs", "seconds")}
    return (
        f"browser: {len(rows)} pages checked once each, {total['looks']} looks (a width in a theme), "
        f"{total['axe_runs']} runs of axe, {total['seconds']:.0f} s of one worker's time without loading"
    )


def _file(run: Path) -> Path:
    return run / "looks"

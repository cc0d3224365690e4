"""A pytest plugin for the full run: what opens or refuses access is covered to the last branch."""

from pathlib import Path
from typing import Any

import pytest

from tests.checks.coverage import complete

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "var" / "coverage" / "coverage.json"
GAPS = pytest.StashKey[list[str]]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when a rule, a query or a move is not covered in full."""
    if hasattr(session.config, "workerinput") or not REPORT.exists():
        return
    session.config.stash[GAPS] = complete(ROOT, REPORT)
    if session.config.stash[GAPS]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what is missing."""
    gaps = config.stash.get(GAPS, [])
    if gaps:
        terminalreporter.section("not covered in full although access depends on it", red=True)
        for gap in gaps:
            terminalreporter.write_line(gap)

"""A pytest plugin for the full run: which lines and branches of apps and portal the tests execute.

slipcover writes its probes into the code of our modules as they are imported, and takes them out again once they have
been hit; the code of Django and of everything else runs as it always does (docs/decisions/coverage-by-probes.md).

Each worker sends what it has seen to the controller, which merges it into var/coverage/coverage.json and says how much
of the code no test runs. What a server in a process of its own executes is not counted, nor is the building of the
kept worlds: a rule counts as tested when a test runs it.
"""

import json
import os
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import slipcover

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "var" / "coverage" / "coverage.json"
SENT = "coverage"


class Measuring:
    """The probes of one process, and what the workers of the run have sent."""

    def __init__(self, root: Path) -> None:
        settings = settings_of(root)
        sources, omitted = settings["source"], settings["omit"]
        self.at_least: float = settings["at_least"]
        self.probes = slipcover.Slipcover(
            branch=True, source=sources, omit=omitted, exclude_lines=settings["exclude_lines"]
        )
        matcher = slipcover.FileMatcher(sources=[root / source for source in sources], omit=omitted)
        self.imports = slipcover.ImportManager(self.probes, matcher)
        self.sent: list[dict[str, Any]] = []
        self.total = 0.0

    def begin(self) -> None:
        """From here on our modules are imported with probes."""
        self.imports.__enter__()

    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended: it may have died before it could send anything."""
        sent = getattr(node, "workeroutput", {}).get(SENT)
        if sent:
            self.sent.append(json.loads(sent))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A worker sends what it has seen; the controller (or the only process) writes the report."""
        seen = self.probes.get_coverage()
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[SENT] = json.dumps(seen)
            return
        for other in self.sent:
            slipcover.merge_coverage(seen, other)
        self.total = seen["summary"]["percent_covered"]
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(json.dumps(seen), encoding="utf-8")
        if self.total < self.at_least:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which lines no test runs, and how much of the code is run."""
        if not REPORT.exists():
            return
        table = StringIO()
        slipcover.print_coverage(json.loads(REPORT.read_text(encoding="utf-8")), outfile=table, skip_covered=True)
        terminalreporter.write_line(table.getvalue())
        enough = self.total >= self.at_least
        verdict = f"{self.total:.1f} % of the code is run by tests; it must be {self.at_least} %"
        terminalreporter.write_line(verdict, green=enough, red=not enough)


def settings_of(root: Path) -> dict[str, Any]:
    """What pyproject.toml says about coverage."""
    with (root / "pyproject.toml").open("rb") as file:
        settings: dict[str, Any] = tomllib.load(file)["tool"]["gatehouse"]["coverage"]
    return settings


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Begin before the first module of the portal is imported: pytest-django and our conftest do so right after this.

    The plugin is named by PYTEST_PLUGINS, which a worker reads as early as the controller. A worker forgets it, so that
    a pytest which a test starts does not measure itself.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.pop("PYTEST_PLUGINS", None)
    measuring = Measuring(ROOT)
    measuring.begin()
    pluginmanager.register(measuring, "measuring")

"""The run as a whole fails when it should, although every test that ran has passed."""

import json
import os
import subprocess
from pathlib import Path
from shutil import copy

import pytest

from tests.checks import coverage_floors
from tests.checks.planting import ROOT

SKIPS = """
import pytest

@pytest.mark.browser
def test_a_page():
    pass

def test_another():
    pass
"""
HOOKS = """
from tests.conftest import pytest_collection_modifyitems, pytest_sessionfinish, pytest_terminal_summary
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project of its own with two passing tests and our hooks."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("GATEHOUSE_TEST_RUN", str(pytester.path / "run"))
    for name in ("CI", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest(HOOKS)
    pytester.makepyfile(SKIPS)
    pytester.makeini("[pytest]\nmarkers = browser: x")
    return pytester


def test_without_a_browser_its_tests_are_skipped_with_the_command_that_brings_it(run: pytest.Pytester) -> None:
    result = run.runpytest_subprocess("-rs")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*apt-get install --yes chromium*", "*1 passed, 1 skipped*"])


def test_where_a_machine_decides_a_skip_is_a_failure(run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = run.runpytest_subprocess()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*CI is set: a skipped test fails the run*"])


@pytest.mark.parametrize(("missing", "verdict"), [([], 0), ([7], 1)])
def test_a_gap_in_what_decides_on_access_fails_the_run(
    run: pytest.Pytester, tmp_path: Path, missing: list[int], verdict: int
) -> None:
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps({"files": {"apps/grants/rules.py": {"missing_lines": missing}}}))
    run.makeconftest(
        "import pathlib\nfrom tests.checks import coverage_floors\n"
        f"coverage_floors.REPORT = pathlib.Path({str(report)!r})\n"
    )
    result = run.runpytest_subprocess("-p", "tests.checks.coverage_floors")
    assert result.ret == verdict
    assert ("apps/grants/rules.py:7: never run by a test" in result.stdout.str()) is bool(missing)


def test_the_floors_are_read_from_where_the_run_writes_its_report() -> None:
    assert coverage_floors.REPORT.relative_to(ROOT) == Path("var/coverage/coverage.json")


@pytest.mark.parametrize(("lint", "tests", "verdict"), [(0, 0, 0), (1, 0, 1), (0, 2, 2), (1, 2, 2)])
@pytest.mark.parametrize("some", [[], ["tests/unit"]])
def test_make_test_runs_every_check_and_every_test_whatever_the_first_says(
    tmp_path: Path, some: list[str], lint: int, tests: int, verdict: int
) -> None:
    """The tests rely on it: none of them asks again whether our own tree passes the checks."""
    said = tmp_path / "said"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$@" >>{said}\n[ "$1" = manage.py ] && exit {lint}\nexit {tests}\n')
    python.chmod(0o755)
    (tmp_path / "tests").mkdir()
    copy(ROOT / "tests" / "run", tmp_path / "tests" / "run")  # a whole run begins a new report of coverage
    done = subprocess.run(
        ["bash", str(tmp_path / "tests" / "run"), *some],
        env={**os.environ, "PYTHON": str(python), "WORKERS": "2"},
        check=False,
    )
    assert done.returncode == verdict
    whole = "-n 2 --dist worksteal --durations=15 -p tests.checks.coverage_floors"
    assert sorted(said.read_text().splitlines()) == [
        f"-m pytest -m not soak and not exhaustive {' '.join(some) or whole}",
        "manage.py lint",
    ]

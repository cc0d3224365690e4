"""Which lines of the mutated modules each test covers, and how long the test takes.

What was learned is kept in var/mutation/learned, a file for each file of tests, until that file or a module changes.
"""

import gc
import hashlib
import json
import os
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol
from coverage.exceptions import CoverageWarning
from django.db import connections

from apps.core.db import Prepared

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "mutation" / "learned"


@dataclass
class Learned:
    """Who covers which line of which module, and the seconds that each test takes."""

    covering: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, about: dict[str, Any]) -> None:
        """Take in what is kept of one file of tests."""
        for test, seen in about["tests"].items():
            self.seconds[test] = seen["seconds"]
            for module, lines in seen["lines"].items():
                for line in lines:
                    self.covering.setdefault(module, {}).setdefault(line, set()).add(test)


class Root:
    """Stands for "the next test" after the last one, so that what lives as long as the session is kept."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session

    def listchain(self) -> list[Any]:
        return [self.session]


def learn(session: pytest.Session, wanted: Sequence[str], every: Sequence[str]) -> Learned:
    """Run the tests whose files, or whose `wanted` modules, have changed since they were last run; all unchanged.

    They run in a child: what a test starts in a process (the threads that make a PDF) is not there in its children,
    and would be waited for without end. What is made once a session is made before the first child.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    files: dict[Path, list[pytest.Item]] = {}
    for item in session.items:
        files.setdefault(item.path, []).append(item)
    for item in {path.parent: items[0] for path, items in files.items()}.values():
        _set_up(session, item)
    stale = {path: items for path, items in files.items() if not _is_fresh(_kept(path), path, items, wanted)}
    if stale:
        _run_in_child(session, stale, every)
    learned = Learned()
    for path in files:
        learned.add(_kept(path))
    return learned


def _place(path: Path) -> Path:
    return KEPT / f"{hashlib.sha256(str(path.relative_to(ROOT)).encode()).hexdigest()[:16]}.json"


def _kept(path: Path) -> dict[str, Any]:
    place = _place(path)
    return dict(json.loads(place.read_text())) if place.exists() else {}


def _set_up(session: pytest.Session, item: pytest.Item) -> None:
    """Make what the test needs, and leave what lives as long as the session."""
    session.config.option.setuponly = True
    runtestprotocol(item, nextitem=Root(session), log=False)  # type: ignore[arg-type]
    session.config.option.setuponly = False


def _run_in_child(session: pytest.Session, files: dict[Path, list[pytest.Item]], every: Sequence[str]) -> None:
    """Run these files of tests and keep what each covers."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            for path, items in files.items():
                written = _place(path).with_suffix(f".{os.getpid()}")
                written.write_text(json.dumps(_run(session, path, items, every)))
                written.rename(_place(path))
            status = 0
        finally:
            os._exit(status)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the tests could not be run")


def _is_fresh(about: dict[str, Any], path: Path, items: Sequence[pytest.Item], wanted: Sequence[str]) -> bool:
    return (
        about.get("file") == _sha(path)
        and {one.nodeid for one in items} <= about["tests"].keys() | set(about["failing"])
        and all(about["modules"].get(module) == _sha(ROOT / module) for module in wanted)
    )


def _run(session: pytest.Session, path: Path, items: Sequence[pytest.Item], every: Sequence[str]) -> dict[str, Any]:
    """Run the tests of one file, and note what each covers of `every` module that has mutants."""
    watching = coverage.Coverage(data_file=None, include=[str(ROOT / one) for one in every], config_file=False)
    watching.start()
    seconds, failing = {}, []
    prepared = [one for one in gc.get_objects() if type(one) is Prepared]
    for item, after in zip(items, [*items[1:], Root(session)], strict=True):
        for one in prepared:  # else only the first test that asks would cover the lines that build its statement
            forget(one)
        watching.switch_context(item.nodeid)
        begun = time.monotonic()
        if any(one.failed for one in runtestprotocol(item, nextitem=after, log=False)):  # type: ignore[arg-type]
            print(f"left out, it fails without any change: {item.nodeid}", flush=True)
            failing.append(item.nodeid)
        else:
            seconds[item.nodeid] = time.monotonic() - begun
    watching.stop()
    tests: dict[str, Any] = {test: {"seconds": took, "lines": {}} for test, took in seconds.items()}
    with warnings.catch_warnings(action="ignore", category=CoverageWarning):  # these tests may cover none of them
        data = watching.get_data()
    for name in data.measured_files():
        module = str(Path(name).relative_to(ROOT))
        for line, covered_by in data.contexts_by_lineno(name).items():
            for test in set(covered_by) & seconds.keys():
                tests[test]["lines"].setdefault(module, []).append(line)
    modules = {one: _sha(ROOT / one) for one in every}
    return {"file": _sha(path), "modules": modules, "tests": tests, "failing": failing}


def forget(prepared: Prepared) -> None:
    """Its statement is built again when it is next asked."""
    prepared._exists = prepared._rows = None


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

"""Pytest runs every test once and notes which lines it covers, then each mutant in a child process of its own.

A child has the changed function and runs the tests that cover the changed line, the quickest of the same app first,
until one fails. A mutant that no test notices has survived.
"""

import ast
import gc
import json
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from pathlib import Path
from types import FunctionType
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol
from django.db import connections

from apps.core.db import Prepared
from tests.mutation.mutants import Mutant, functions_of, mutants_of

SECONDS = 60  # for one mutant; an endless loop is noticed by that


@dataclass
class Learned:
    """What the first run of the tests showed: who covers which line, and how long each test takes."""

    covering: dict[Path, dict[int, set[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


class Root:
    """Stands for "the next test" after the last one, so that what lives as long as the session is kept."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session

    def listchain(self) -> list[Any]:
        return [self.session]


def pytest_runtestloop(session: pytest.Session) -> bool:
    """In place of pytest's own loop."""
    wanted = json.loads(os.environ["MUTATION"])
    modules = [Path(one) for one in wanted["modules"]]
    learned = _learn(session, modules)
    mutants = [mutant for module in modules for mutant in mutants_of(module)]
    if wanted["sample"]:
        mutants = sorted(
            random.Random(wanted["seed"]).sample(mutants, min(wanted["sample"], len(mutants))),
            key=lambda one: (one.path, one.line),
        )
    _check_control(session, learned)
    found = []
    for number, mutant in enumerate(mutants, 1):
        outcome = _try(session, mutant, learned)
        found.append({"name": mutant.name, "line": mutant.line, "outcome": outcome})
        Path(wanted["results"]).write_text(json.dumps(found, indent=1))
        if outcome in ("survived", "not covered") or number % 100 == 0:
            print(f"{number}/{len(mutants)} {outcome}: {mutant.path}:{mutant.line} {mutant.change}", flush=True)
    return True


def _learn(session: pytest.Session, modules: Sequence[Path]) -> Learned:
    """Run every test once, unchanged."""
    learned = Learned()
    files = {str(module.resolve()): module for module in modules}
    watching = coverage.Coverage(data_file=None, include=list(files), config_file=False)
    watching.start()
    for item, after in zip(session.items, [*session.items[1:], Root(session)], strict=True):
        watching.switch_context(item.nodeid)
        begun = time.monotonic()
        reports = runtestprotocol(item, nextitem=after, log=False)  # type: ignore[arg-type]
        if any(report.failed for report in reports):
            print(f"left out, it fails without any change: {item.nodeid}")
            continue
        learned.seconds[item.nodeid] = time.monotonic() - begun
    watching.stop()
    data = watching.get_data()
    for name in data.measured_files():
        lines = data.contexts_by_lineno(name)
        learned.covering[files[name]] = {line: set(tests) & learned.seconds.keys() for line, tests in lines.items()}
    return learned


def _try(session: pytest.Session, mutant: Mutant, learned: Learned) -> str:
    """ "killed", "survived", "too slow" (also noticed) or "not covered"."""
    covering = learned.covering.get(mutant.path, {})
    # A line inside a long expression is not always counted by itself: then the nearest one before it.
    line = next((one for one in range(mutant.line, max(0, mutant.line - 12), -1) if covering.get(one)), 0)
    ids = covering.get(line, set())
    if not ids:
        return "not covered"
    app = mutant.path.parts[1]
    order = {one.nodeid: one for one in session.items if one.nodeid in ids}
    items = sorted(order.values(), key=lambda one: (f"/{app}/" not in one.nodeid, learned.seconds[one.nodeid]))
    return _outcome(session, mutant, items)


def _check_control(session: pytest.Session, learned: Learned) -> None:
    """Without any change nothing may fail in a child: otherwise "killed" would mean nothing."""
    quickest = sorted(learned.seconds, key=lambda one: learned.seconds[one])[:: max(1, len(learned.seconds) // 200)]
    items = [one for one in session.items if one.nodeid in set(quickest) and learned.seconds[one.nodeid] < 1]
    outcome = _outcome(session, None, items)
    print(f"control: {len(items)} tests in a child without any change: {outcome}", flush=True)
    if outcome != "survived":
        raise pytest.UsageError("tests fail in a child process without any change")


def _outcome(session: pytest.Session, mutant: Mutant | None, items: Sequence[pytest.Item]) -> str:
    connections.close_all()
    child = os.fork()
    if child == 0:
        _run_in_child(session, mutant, items)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "too slow" if os.WTERMSIG(status) == signal.SIGALRM else "killed"
    return "killed" if os.WEXITSTATUS(status) else "survived"


def _run_in_child(session: pytest.Session, mutant: Mutant | None, items: Sequence[pytest.Item]) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    try:
        if mutant is not None:
            change(mutant)
        for item, after in zip(items, [*items[1:], Root(session)], strict=True):
            if any(report.failed for report in runtestprotocol(item, nextitem=after, log=False)):  # type: ignore[arg-type]
                os._exit(1)
    except BaseException:
        os._exit(1)
    os._exit(0)


def change(mutant: Mutant) -> None:
    """Give the functions of this process the mutant's code, and forget what was computed with the old one."""
    path = mutant.path
    before = functions_of(ast.parse(path.read_text()), path)
    after = functions_of(mutant.tree, path)
    changed = {key: after[key] for key in before if before[key] != after[key]}
    if not changed:
        raise LookupError(f"nothing is different: {mutant.name}")
    for one in gc.get_objects():
        if type(one) is FunctionType:
            code = one.__code__
            key = (code.co_qualname, code.co_firstlineno)
            if key in changed and Path(code.co_filename) == path.resolve():
                one.__code__ = changed[key]
        elif type(one) is Prepared:
            one._exists = one._rows = None
        elif type(one) is _lru_cache_wrapper and getattr(one, "__module__", "").startswith("apps."):
            one.cache_clear()
    sys.stdout.flush()

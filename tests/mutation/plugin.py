"""Pytest learns which test covers which line, and then tries each mutant in a child process of its own.

A child has the changed function and runs the tests that cover the changed line until one fails: first the test that
noticed this mutant the last time, then those that noticed others in the same function, then those of the same app
that cover little else, the slowest last. A mutant that no test notices has survived. In the end every test that
noticed a mutant runs once in a child without any change: if it fails there too, it has noticed nothing.
"""

import ast
import gc
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import _lru_cache_wrapper, cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol
from django.db import connections

from apps.core.db import Prepared
from tests.mutation.learning import ROOT, Learned, Root, forget, learn
from tests.mutation.mutants import Mutant, functions_of, mutants_of

# Seconds of the processor for one test, beside five times what it takes otherwise: a loop that never ends is noticed by
# that. The processor's time, because on a busy machine every test takes long; what waits without end has STUCK seconds.
ENDLESS = 20
STUCK = 300
SLOW = 10  # seconds of a test that is tried last
KILLED, ENDED_WITHOUT, GAVE_UP, NOT_POSSIBLE = 1, 0, 3, 4  # what a child says in the end


class Outcome(NamedTuple):
    """ "killed", "too slow" (also noticed), "survived", "survived 9 of 40 tests" (as many as `--patience` allowed),
    "not covered" or "not possible"; and the test that noticed.
    """

    outcome: str
    test: str = ""


def results_of(module: str) -> Path:
    """The file with the last results of one module."""
    return ROOT / "var" / "mutation" / f"{module.replace('/', '.')}.json"


def pytest_runtestloop(session: pytest.Session) -> bool:
    """In place of pytest's own loop."""
    wanted = json.loads(os.environ["MUTATION"])
    learned = learn(session, wanted["modules"], wanted["every"])
    _loaded()
    gc.freeze()
    for module in wanted["modules"]:
        _try_module(session, module, wanted, learned)
    return True


def _try_module(session: pytest.Session, module: str, wanted: dict[str, Any], learned: Learned) -> None:
    """Try the module's mutants, and write the results of all that are to be found in its file."""
    place = results_of(module)
    before = {one["name"]: one for one in json.loads(place.read_text())["mutants"]} if place.exists() else {}
    every = list(mutants_of(Path(module)))
    chosen = every
    if wanted["sample"]:
        chosen = random.Random(wanted["seed"]).sample(every, min(wanted["sample"], len(every)))
    if wanted["survivors"]:
        chosen = [one for one in chosen if before.get(one.name, {}).get("outcome") not in ("killed", "too slow")]
        chosen = [one for one in chosen if one.name not in before or one.name not in wanted["excused"]]
    found = {one.name: before[one.name] for one in every if one.name in before}
    noticed: dict[str, list[str]] = {}
    _unchanged(Path(module))  # before the first child, so that not each computes it
    for mutant in sorted(chosen, key=lambda one: one.line):
        first = [before.get(mutant.name, {}).get("test", ""), *noticed.get(mutant.function, [])]
        outcome, test = _try(session, mutant, learned, first)
        found[mutant.name] = {"name": mutant.name, "line": mutant.line, "outcome": outcome, "test": test}
        if test:
            known = noticed.setdefault(mutant.function, [])
            known[:] = [test, *(one for one in known if one != test)]
        else:
            print(f"{outcome}: {mutant.name} (line {mutant.line})", flush=True)
        _write(place, wanted, len(every), found)
    _check_control(session, found, learned)
    _write(place, wanted, len(every), found)


def _write(place: Path, wanted: dict[str, Any], every: int, found: dict[str, dict[str, Any]]) -> None:
    about = {key: wanted[key] for key in ("commit", "date", "tests", "sample")}
    written = place.with_suffix(".new")  # put in place at once: a run that is ended leaves what it had
    written.write_text(json.dumps({**about, "all": every, "mutants": list(found.values())}, indent=1))
    written.rename(place)


def _try(session: pytest.Session, mutant: Mutant, learned: Learned, first: Sequence[str]) -> Outcome:
    covering = learned.covering.get(str(mutant.path), {})
    # A line inside a long expression is not always counted by itself: then the nearest one before it.
    line = next((one for one in range(mutant.line, max(0, mutant.line - 12), -1) if covering.get(one)), 0)
    ids = covering.get(line, set())
    app = mutant.path.parts[1]
    items = [one for one in session.items if one.nodeid in ids]
    if not items:
        return Outcome("not covered")
    rank = {test: place for place, test in reversed(list(enumerate(first)))}
    covered = Counter(test for tests in covering.values() for test in tests)

    def order(one: pytest.Item) -> tuple[int, bool, bool, int, float]:
        test, took = one.nodeid, learned.seconds[one.nodeid]
        return rank.get(test, 999), took > SLOW, f"/{app}/" not in test, covered[test], took

    items.sort(key=order)
    return _outcome(session, mutant, items, learned)


def _check_control(session: pytest.Session, found: dict[str, dict[str, Any]], learned: Learned) -> None:
    """A test that fails without any change as well has noticed nothing."""
    tests = {one["test"] for one in found.values() if one["test"]}
    items = [one for one in session.items if one.nodeid in tests]
    while items:
        outcome, test = _outcome(session, None, items, learned)
        if outcome == "survived":
            break
        print(f"control: fails without any change: {test}", flush=True)
        items = [one for one in items if one.nodeid != test]
        for one in found.values():
            if one["test"] == test:
                one.update(outcome="survived", test="")
    print(f"control: {len(items)} of {len(tests)} tests pass in a child without any change", flush=True)


def _outcome(session: pytest.Session, mutant: Mutant | None, items: Sequence[pytest.Item], learned: Learned) -> Outcome:
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _run_in_child(session, mutant, items, learned, writing)
    os.close(writing)
    with os.fdopen(reading) as said:
        tests = said.read().splitlines()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        slow = os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGPROF)
        return Outcome("too slow" if slow else "killed", tests[-1])
    if os.WEXITSTATUS(status) == KILLED:
        return Outcome("killed", tests[-1])
    if os.WEXITSTATUS(status) == GAVE_UP:
        return Outcome(f"survived {len(tests)} of {len(items)} tests")
    return Outcome("not possible" if os.WEXITSTATUS(status) == NOT_POSSIBLE else "survived")


def _run_in_child(
    session: pytest.Session, mutant: Mutant | None, items: Sequence[pytest.Item], learned: Learned, telling: int
) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    begun, patience = time.process_time(), json.loads(os.environ["MUTATION"])["patience"]
    try:
        if mutant is not None:
            change(mutant)
    except BaseException:
        os._exit(NOT_POSSIBLE)
    try:
        for item, after in zip(items, [*items[1:], Root(session)], strict=True):
            os.write(telling, f"{item.nodeid}\n".encode())
            signal.alarm(STUCK)
            signal.setitimer(signal.ITIMER_PROF, ENDLESS + 5 * learned.seconds[item.nodeid])
            if any(one.failed for one in runtestprotocol(item, nextitem=after, log=False)):  # type: ignore[arg-type]
                os._exit(KILLED)
            if mutant is not None and time.process_time() - begun > patience:
                os._exit(GAVE_UP)
    except BaseException:
        os._exit(KILLED)
    os._exit(ENDED_WITHOUT)


def change(mutant: Mutant, among: Iterable[Any] | None = None) -> None:
    """Give the functions of this process the mutant's code, and forget what was computed with the old one.

    `among` are the functions that may be changed; without it, those of the portal.
    """
    before = _unchanged(mutant.path)
    after = functions_of(mutant.tree(), mutant.path)
    changed = {key: after[key] for key in before if before[key] != after[key]}
    if not changed:
        raise LookupError(f"nothing is different: {mutant.name}")
    for one in _loaded() if among is None else among:
        if type(one) is FunctionType:
            code = one.__code__
            key = (code.co_qualname, code.co_firstlineno)
            if key in changed and Path(code.co_filename) == mutant.path.resolve():
                one.__code__ = changed[key]
        elif type(one) is Prepared:
            forget(one)
        elif isinstance(one, _lru_cache_wrapper):
            one.cache_clear()


@cache
def _unchanged(path: Path) -> dict[tuple[str, int], CodeType]:
    return functions_of(ast.parse(path.read_text()), path)


@cache
def _loaded() -> Iterable[Any]:
    """The functions of the portal in this process, and what remembers their answers."""
    home = f"{ROOT / 'apps'}{os.sep}"
    return [
        one
        for one in gc.get_objects()
        if (type(one) is FunctionType and one.__code__.co_filename.startswith(home))
        or type(one) is Prepared
        or (type(one) is _lru_cache_wrapper and getattr(one, "__module__", "").startswith("apps."))
    ]

"""Nobody reaches a dead end: in every generated world, somebody who was notified can bring on everything that waits."""

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction

from portal import consequences
from tests.unit.dead_ends import moves
from tests.unit.dead_ends.cast import Cast, World, cast, cast_parts
from tests.unit.dead_ends.course import play

pytestmark = pytest.mark.django_db
MOST_MOVES = 30


@dataclass
class Report:
    """What was looked at, and the dead ends."""

    worlds: int = 0
    things: int = 0
    moved: Counter[str] = field(default_factory=Counter)
    dead: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def dead_end(self, world: World, kind: str, about: str = "") -> None:
        self.kinds[kind] += 1
        self.dead.append(f"{kind} {about} in {world}")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agreements are not printed: a PDF leads nowhere."""
    without = {
        kind: [one for one in follow if one is not consequences.store_agreement_pdf]
        for kind, follow in consequences.CONSEQUENCES.items()
    }
    monkeypatch.setattr(consequences, "CONSEQUENCES", without)


def look_at(seeds: range) -> Report:
    report, people = Report(), cast()
    for seed in seeds:
        with ExitStack() as time, transaction.atomic():
            _look_at(people, seed, report, time)
            transaction.set_rollback(True)
    print(f"\n{report.worlds} worlds, {report.things} things that waited, moves {dict(report.moved)}")
    print(f"{len(report.dead)} dead ends: {dict(report.kinds)}")
    return report


def _look_at(people: Cast, seed: int, report: Report, time: ExitStack) -> None:
    world = cast_parts(people, seed)
    play(world, time)
    report.worlds += 1
    for one in moves.never_closed(world):
        report.dead_end(world, "never closed", one.state)
    for thing in moves.waiting(world):
        report.things += 1
        with transaction.atomic():
            _bring_to_its_end(world, thing, report)
            transaction.set_rollback(True)


def _bring_to_its_end(world: World, thing: Any, report: Report) -> None:
    """Move until it is final; whoever moves first was notified."""
    kind = f"{type(thing).__name__} {getattr(thing, 'state', 'suspended')}"
    path: list[str] = []
    for number in range(MOST_MOVES):
        thing = type(thing)._default_manager.get(pk=thing.pk)
        if thing.pk not in {one.pk for one in moves.waiting(world)}:
            return
        made = moves.make_first(world, thing, moves.moves_for(thing))
        if made is None:
            state = getattr(thing, "state", "suspended")
            report.dead_end(world, f"{type(thing).__name__} {state}: nobody can act", f"after {path}")
            return
        path.append(made.move.name)
        report.moved[made.move.name] += 1
        if not made.notified and not number:
            report.dead_end(world, f"{kind}: nobody was notified to {made.move.name}")
            return
    report.dead_end(world, f"{kind}: goes round in circles", str(path))


@pytest.mark.usefixtures("quick")
def test_no_world_has_a_dead_end() -> None:
    report = look_at(range(int(os.environ.get("WORLDS", "60"))))
    for one in report.dead[: int(os.environ.get("SHOW", "5"))]:
        print("-", one)
    assert not report.dead

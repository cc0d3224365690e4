"""Look at worlds: what waits in each, whether somebody who was notified can bring it on, and what the portal says."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.access_requests.models import AccessRequest
from apps.agreements.models import Agreement
from apps.grants import access_state
from apps.grants.access_state import Turn
from tests.unit.dead_ends import moves
from tests.unit.dead_ends.cast import Cast, World, cast, cast_parts
from tests.unit.dead_ends.course import play, variants

MOST_MOVES = 30
EACH = 5  # of so many things, one is brought to its end; of the others only the next move is made
Extra = Callable[[World, Any, moves.Made], str]


@dataclass
class Report:
    """What was looked at, and the dead ends."""

    worlds: int = 0
    things: int = 0
    to_the_end: int = 0
    moved: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    dead: list[str] = field(default_factory=list)

    def dead_end(self, world: World, kind: str, about: str = "") -> None:
        self.kinds[kind] += 1
        self.dead.append(f"{kind} {about} in {world}")

    def __str__(self) -> str:
        return (
            f"{self.worlds} worlds, {self.things} things that waited, {len(self.moved)} situations, "
            f"{self.to_the_end} brought to their end, {len(self.dead)} dead ends {dict(self.kinds) or ''}"
        )


def look_at(seeds: Iterable[int], *, check: Extra | None = None, until_dead: bool = False) -> Report:
    """Every world of these seeds, or up to the first with a dead end; `check` looks at each first move, and returns
    what is wrong with it.
    """
    report, people = Report(), cast()
    for seed in seeds:
        if until_dead and report.dead:
            break
        with ExitStack() as time, transaction.atomic():
            _look_at(people, seed, report, time, check, until_dead=until_dead)
            transaction.set_rollback(True)
    print(f"\n{report}")
    return report


def _look_at(
    people: Cast, seed: int, report: Report, time: ExitStack, check: Extra | None, *, until_dead: bool
) -> None:
    world = cast_parts(people, seed)
    play(world, time)
    _look_into(world, report, check)
    with closing(variants(world)) as more:
        for _name in more:
            if until_dead and report.dead:
                return
            _look_into(world, report, check)


def _look_into(world: World, report: Report, check: Extra | None) -> None:
    report.worlds += 1
    for request in moves.never_closed(world):
        report.dead_end(world, "never closed", request.state)
    for thing in moves.waiting(world):
        report.things += 1
        said = _said_of(thing)
        if said:
            report.dead_end(world, said)
        with transaction.atomic():
            _bring_on(world, thing, report, check)
            transaction.set_rollback(True)


def _said_of(thing: Any) -> str:
    """What is wrong with what the portal says of it: that it is closed, or that nobody is waited for."""
    request = thing.item.request if isinstance(thing, Agreement) else thing
    if not isinstance(request, AccessRequest):
        return ""
    state = access_state.state_of_request(request.applicant, request)
    states = [state, *state.also]
    if all(one.is_closed for one in states):
        return f"{type(thing).__name__} {thing.state}: the portal says that it is closed ({state.state})"
    if any(one.turn == Turn.OTHERS and not one.waiting_for for one in states):
        return f"{type(thing).__name__} {thing.state}: the portal names nobody who is waited for ({state.state})"
    return ""


def _bring_on(world: World, thing: Any, report: Report, check: Extra | None) -> None:
    """Make the next move, and of every fifth thing all moves until it is final. Whoever moves first was notified."""
    kind = f"{type(thing).__name__} {getattr(thing, 'state', 'suspended')}"
    whole = report.things % EACH == 0
    path: list[str] = []
    for number in range(MOST_MOVES):
        thing = type(thing)._default_manager.get(pk=thing.pk)
        if thing.pk not in {one.pk for one in moves.waiting(world)}:
            report.to_the_end += 1
            return
        made = moves.make_first(world, thing, moves.moves_for(thing), check=check if not number else None)
        if made is None:
            report.dead_end(world, f"{kind}: nobody can act", f"after {path}")
            return
        path.append(made.move.name)
        report.moved[f"{kind}: {made.move.name}"] += 1
        if not number and (made.wrong or not made.notified):
            report.dead_end(world, f"{kind}: {made.move.name}: {made.wrong or 'nobody was notified'}")
            return
        if not whole:
            return
    report.dead_end(world, f"{kind}: goes round in circles", str(path))

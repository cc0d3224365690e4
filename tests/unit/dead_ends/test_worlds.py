"""Nobody reaches a dead end: in every generated world, somebody who was notified can bring on everything that waits.

A seed is a course, and a world for everything that may happen at its end. `SEEDS=9,33 pytest tests/unit/dead_ends`
looks at these instead of the sample; with -rP pytest shows how many worlds each test looked at.
"""

import os
from collections.abc import Iterable
from typing import Any

import pytest

from apps.agreements import rules
from apps.core.errors import Denied
from portal import consequences
from tests.unit.dead_ends import moves, pages
from tests.unit.dead_ends.cast import World
from tests.unit.dead_ends.look import Report, look_at

pytestmark = pytest.mark.django_db
SAMPLE, PART, PARTS = 4, 40, 16  # seeds; each is a course and about ten worlds


@pytest.fixture(autouse=True)
def without_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agreements are not printed: nothing follows from a PDF."""
    without = {
        kind: [one for one in follow if one is not consequences.store_agreement_pdf]
        for kind, follow in consequences.CONSEQUENCES.items()
    }
    monkeypatch.setattr(consequences, "CONSEQUENCES", without)


def check(report: Report) -> None:
    print(report)
    for one in report.dead[:20]:
        print("-", one)
    assert report.dead == []


def test_no_world_of_the_sample_has_a_dead_end() -> None:
    report = look_at([int(one) for one in os.environ["SEEDS"].split(",")] if "SEEDS" in os.environ else range(SAMPLE))
    assert report.things
    check(report)


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(PARTS))
def test_no_world_has_a_dead_end(part: int) -> None:
    check(look_at(range(part * PART, (part + 1) * PART)))


@pytest.mark.parametrize(
    ("fault", "first"),
    [("nobody countersigns", 2), ("closed accounts keep their requests", 10), ("quorum unnoticed", 0)],
)
def test_planted_dead_ends_are_found(fault: str, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without a rule that leads out, the worlds say so. `first` is the first seed that does."""
    if fault == "nobody countersigns":
        monkeypatch.setattr(rules, "check_can_countersign", _refuse)
        monkeypatch.setattr(rules, "check_can_terminate", _refuse)
    elif fault == "quorum unnoticed":
        monkeypatch.setitem(consequences.CONSEQUENCES, moves.Kind.REQUEST_SUBMITTED, [])
        monkeypatch.setitem(consequences.CONSEQUENCES, moves.Kind.MEMBER_RECUSED, [])
    else:
        monkeypatch.setitem(consequences.CONSEQUENCES, moves.Kind.PERSON_DEACTIVATED, [])
    assert look_at(range(first, 24), until_dead=True).dead


def _refuse(*_args: Any, **_named: Any) -> None:
    raise Denied("planted")


# Situations that these seeds surely have; whatever else they have is pressed as well.
CONTROLS = {
    "AccessRequest draft: submit", "AccessRequest draft: withdraw", "AccessRequest submitted: accept for review",
    "AccessRequest submitted: add a member", "AccessRequest in_review: vote", "AccessRequest in_review: add a member",
    "Agreement offered: sign", "Agreement signed: countersign", "Agreement signed: name an owner",
}  # fmt: skip
# A new sign-in or a vote that is changed is not one form on one page: tests/identity and tests/integration have them.
NOT_ONE_FORM = {"sign in again and sign", "sign in again and countersign", "submit the rest", "change a vote",
                "confirm an affiliation", "resume access"}  # fmt: skip
MEETING_ALL = range(60)  # seeds whose worlds have all of these
FEW_MEETING_ALL = (15, 23, 33, 43)  # so do these; if the courses change, the others follow until all are met


@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param((*FEW_MEETING_ALL, *MEETING_ALL), id="few worlds"),
        pytest.param(MEETING_ALL, id="all worlds", marks=pytest.mark.exhaustive),
    ],
)
def test_every_way_out_is_a_control_on_a_page_that_works(seeds: Iterable[int]) -> None:
    """For each situation once: its person opens the page, finds the form and sends it.

    Every one of CONTROLS is pressed in `make test`, too, in the worlds of four seeds that have them all.
    `make test-all` looks at all worlds of the first seeds until they are met, some thirty, and presses what else they
    have.
    """
    pressed: set[str] = set()

    def press(world: World, thing: Any, made: moves.Made) -> str:
        kind = f"{type(thing).__name__} {getattr(thing, 'state', 'suspended')}: {made.move.name}"
        if made.move.name in NOT_ONE_FORM or kind in pressed or kind == "AccessRequest returned: submit":
            return ""
        pressed.add(kind)
        return moves.undone(lambda: _wrong_with(made.by, pages.control_for(made.move.name, world, thing, made.by)))

    report = look_at((seed for seed in seeds if not pressed >= CONTROLS), check=press)
    print(f"pressed {len(pressed)} controls; not met: {sorted(CONTROLS - pressed)}")
    check(report)
    assert pressed >= CONTROLS


def _wrong_with(by: Any, control: pages.Control) -> str:
    answer = pages.press(by, control)
    if isinstance(answer, str):
        return answer
    return "" if answer.status_code == 302 else f"{control.address} answers {answer.status_code}"

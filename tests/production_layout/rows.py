"""One row of the table: what is done while the clients go on, and what they noticed of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.production_layout import counting
from tests.production_layout.clients import Load
from tests.production_layout.layout import Layout
from tests.production_layout.ledger import Answer, Busyness, Refused

BEFORE, AFTER, SETTLED = 4.0, 8.0, 120.0  # seconds of load before and after; for pending tasks
AGAIN = 5.0  # seconds after a part answers again in which a page may still say that it was away
Window = tuple[float, float]
Act = Callable[[Layout, float], None]

# Parts of which this layout has one: while it is away, whatever needs it cannot be done by anybody.
ONLY_ONE = {"postgres": "portal", "nginx": "portal", "seaweed": "storage"}
SIGN_IN, LINK = "signs in", "opens links"


@dataclass
class Row:
    """What one action did. Times in seconds."""

    component: str
    action: str
    count: counting.Count
    sign_ins: int = 0
    links: int = 0
    sign_ins_refused: int = 0
    links_refused: int = 0
    others_refused: int = 0
    slowest: float = 0.0
    errors: int = 0  # 5xx and no answer
    while_away: int = 0  # the same, and refusals, while the only one of its kind was away
    bare: int = 0  # 5xx that is no page of ours
    settled: float | None = 0.0  # until no task was pending; None if some still were
    machine: float = 1.0  # how many times slower than idle the machine was
    notes: list[str] = field(default_factory=list)


class Player:
    """Plays rows one after the other with the same clients."""

    def __init__(self, layout: Layout, load: Load, busyness: Busyness) -> None:
        self.layout, self.load, self.busyness = layout, load, busyness

    def play(self, component: str, action: str, act: Act, seconds: float) -> Row:
        ledger, load = self.load.ledger, self.load
        known, began = counting.drafts(self.layout), time.monotonic()
        load.resume()
        time.sleep(BEFORE)
        away_from = time.monotonic()
        act(self.layout, seconds)
        away = (away_from, time.monotonic() + AGAIN)
        time.sleep(AFTER)
        load.pause()
        ended = time.monotonic()
        refused = [one for one in ledger.refused if began <= one.at <= ended]
        unsure = sum(one.what == "drafts" for one in refused)
        settled = self._settle()
        written = {kind: [mark for at, mark in marks if began <= at <= ended] for kind, marks in ledger.written.items()}
        row = Row(component, action, counting.count(self.layout, written, known, unsure), settled=settled)
        row.machine = self.busyness.factor(began, ended)
        done = [what for at, what in ledger.done if began <= at <= ended]
        row.sign_ins, row.links = done.count("sign-in"), done.count("link")
        answers = [one for one in ledger.answers if began <= one.at <= ended]
        _judge(row, answers, refused, away if component in ONLY_ONE else None)
        return row

    def _settle(self) -> float | None:
        """Wait until no task is pending; how long it took."""
        began = time.monotonic()
        while counting.pending(self.layout):
            if time.monotonic() > began + SETTLED:
                return None
            time.sleep(0.5)
        return time.monotonic() - began


def _judge(row: Row, answers: list[Answer], refused: list[Refused], away: Window | None) -> None:
    """Tell apart what nobody can do without the only one of its kind, and faults."""
    needs = ONLY_ONE.get(row.component, "")
    for answer in answers:
        failed = answer.status == 0 or answer.status >= 500
        excused = away is not None and _overlaps(answer, away) and answer.portal == (needs == "portal")
        if failed and excused:
            row.while_away += 1
        elif failed:
            row.errors += 1
            row.notes.append(f"{answer.path} answered {answer.status} after {answer.seconds:.1f} s")
        if answer.status >= 500 and answer.portal and not answer.ours:
            row.bare += 1
        if answer.portal and answer.status and not (excused and row.component == "nginx"):
            row.slowest = max(row.slowest, answer.seconds)
    for one in refused:
        if away is not None and away[0] - 10 <= one.at <= away[1] and (needs == "portal" or one.what == LINK):
            row.while_away += 1
            continue
        row.sign_ins_refused += one.what == SIGN_IN
        row.links_refused += one.what == LINK
        row.others_refused += one.what not in {SIGN_IN, LINK}
        row.notes.append(f"{one.what}: {one.why}")


def _overlaps(answer: Answer, window: Window) -> bool:
    return answer.at <= window[1] and answer.at + answer.seconds >= window[0]

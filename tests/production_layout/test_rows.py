"""Some rows of the production layout, and that its judge and its counter can find something.

All rows: `python -m tests.production_layout` (half an hour).
"""

import subprocess
import sys

import pytest

from deploy.demo.embedded.world import ROOT
from tests.production_layout import counting, rows, table
from tests.production_layout.ledger import Answer, Refused
from tests.production_layout.rows import LINK, SIGN_IN, Row

AWAY = (100.0, 125.0)
NOTHING_WRONG = counting.Count(acknowledged=9, lost=0, doubled=0)


def judged(component: str, action: str, *answers: Answer, refused: tuple[Refused, ...] = ()) -> Row:
    row = Row(component, action, NOTHING_WRONG)
    rows._judge(row, list(answers), list(refused), AWAY if component in rows.ONLY_ONE else None)
    return row


def test_a_page_of_a_portal_without_its_only_database_is_no_fault_and_after_it_is_one() -> None:
    during, later = Answer(110, 1, 503, "/", portal=True), Answer(140, 1, 503, "/", portal=True)
    row = judged("postgres", "kill", during, later, later, later)
    assert (row.while_away, row.errors) == (1, 3)
    assert table.misses(row, quiet=0) == ["5xx"]
    assert table.misses(judged("postgres", "kill", during, later, later), quiet=0) == []


@pytest.mark.parametrize("component", ["web1", "worker1", "valkey"])
def test_a_part_that_pages_can_do_without_excuses_nothing(component: str) -> None:
    during = [Answer(110, 1, status, "/", portal=True) for status in (500, 503, 0)]
    assert judged(component, "kill", *during).errors == 3


def test_a_storage_that_is_away_excuses_itself_and_no_page_of_the_portal() -> None:
    row = judged("seaweed", "kill", Answer(110, 1, 0, "/o", portal=False), Answer(110, 1, 503, "/", portal=True))
    assert (row.while_away, row.errors) == (1, 1)


@pytest.mark.parametrize(
    ("row", "missed"),
    [
        (Row("web1", "kill", counting.Count(9, 1, 0)), "writes lost"),
        (Row("web1", "kill", counting.Count(9, 0, 1)), "writes doubled"),
        (Row("web1", "kill", counting.Count(0, 0, 0)), "no writes"),
        (judged("web1", "kill", refused=(Refused(110, SIGN_IN, "403"),)), "sign-ins refused"),
        (judged("web1", "kill", refused=(Refused(110, LINK, "404"),)), "links refused"),
        (judged("web1", "kill", refused=(Refused(110, "votes", "403"),)), "other refusals"),
        (judged("postgres", "kill", Answer(110, 1, 502, "/", portal=True, ours=False)), "5xx that are no page of ours"),
        (judged("beat", "kill", Answer(110, 5.2, 200, "/", portal=True)), "slow pages"),
        (judged("release", "upgrade", Answer(110, 1, 503, "/", portal=True)), "5xx"),
        (Row("worker1", "kill", NOTHING_WRONG, settled=None), "pending tasks"),
    ],
)
def test_each_bar_can_be_missed(row: Row, missed: str) -> None:
    assert table.misses(row, quiet=0) == [missed]
    assert missed in table.printed([row])


def test_a_slow_page_of_a_busy_machine_is_no_fault() -> None:
    row = judged("beat", "kill", Answer(110, 9.0, 200, "/", portal=True))
    row.machine = 2.0
    assert table.misses(row, quiet=0) == []


@pytest.mark.exhaustive
@pytest.mark.demo
def test_rows_of_the_production_layout_meet_their_bars() -> None:
    """Cases 39, 40 and 41, Must show 2 and 3: two nodes, S3 and TLS; three faults, controls, logs and a restore."""
    words = ["--only", "web1:kill", "--only", "seaweed:freeze", "--only", "LINK_KEYS:rotate", "--seconds", "10"]
    words += ["--folder", str(ROOT / "var" / "production_layout_test")]
    done = subprocess.run(
        [sys.executable, "-m", "tests.production_layout", *words], cwd=ROOT, capture_output=True, text=True
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr

"""Which requests are equal enough to be decided together: pure values."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from apps.access_requests.equal_cases import Likeness, equal_ones, likeness
from apps.datasets.matching import Disease, Match, Outcome, Purpose
from apps.datasets.matching.outcome import Line

COMMITTEE = uuid4()
FITS = Match((Line("DUO:0000006", Outcome.MATCH, "fits"),))
DOUBTS = Match((Line("DUO:0000006", Outcome.REVIEW, "?"), Line("DUO:0000046", Outcome.DENY, "no")))
HEALTH = Purpose(kind="health", methods=False)


def like(purpose: Purpose = HEALTH, match: Match = FITS, *versions: str) -> Likeness:
    rows = [{"version": one, "committee": str(COMMITTEE)} for one in versions]
    rows.append({"version": "of another committee", "committee": str(uuid4())})
    return likeness({"forms": rows}, COMMITTEE, purpose, match)


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (like(), like(), True),
        (like(), like(Purpose(kind="health", methods=False, project="X", ethics_until=date(2030, 1, 1))), True),
        (like(), like(Purpose(kind="health", methods=True)), False),
        (like(), like(Purpose(kind="disease", diseases=(Disease("MONDO:1", "a"),))), False),
        (like(Purpose(), FITS, "v1"), like(HEALTH, FITS, "v1"), True),  # the same form
        (like(Purpose(), FITS, "v1"), like(HEALTH, FITS, "v2"), False),
        (like(Purpose()), like(Purpose()), False),  # neither a form nor a purpose: nothing is known to be equal
        (like(HEALTH, DOUBTS), like(HEALTH, DOUBTS), False),  # one line needs judgement, though another denies
        (like(), like(HEALTH, Match((Line("DUO:0000006", Outcome.DENY, "no"),))), False),
    ],
)
def test_two_requests_are_equal(first: Likeness, second: Likeness, *, equal: bool) -> None:
    assert (len(equal_ones([(uuid4(), first), (uuid4(), second)])) == 2) is equal


def test_the_largest_group_is_taken_and_of_two_the_first() -> None:
    ids = [UUID(int=n) for n in range(5)]
    other = like(Purpose(kind="disease", diseases=()))
    assert equal_ones(list(zip(ids, [like(), other, like(), other, like()], strict=True))) == {ids[0], ids[2], ids[4]}
    assert equal_ones(list(zip(ids[:4], [other, like(), like(), other], strict=True))) == {ids[0], ids[3]}
    assert equal_ones([]) == set()

"""The access matrix: every address, asked as everybody, about things in every state that matters."""

import pytest

from tests.access import asking
from tests.access.asking import Row
from tests.access.world import ACTORS, FORMS, Things

ROWS = asking.rows()
SIGNED_IN = [actor for actor in ACTORS if actor not in {"anonymous", "deactivated", "scopeless"}]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_gets_what_the_table_says(row: Row, things: Things) -> None:
    """T1, T3, T4, L1, L4, L32, L38: also the pages behind pages, each object by its id from elsewhere.

    T104, L41: nothing that a person was answered may be kept by a proxy.
    """
    answers = {actor: asking.ask(row, things, actor) for actor in ACTORS}
    got = tuple(asking.said(answer) for answer in answers.values())
    wrong = [f"{a}: {g} instead of {e}" for a, g, e in zip(ACTORS, got, row.expected, strict=True) if g != e]
    assert not wrong, f"{row}: {', '.join(wrong)}\n{asking.line(row, list(got))}"
    if row.address == "oidc_logout":
        return  # nobody is signed in any more when it answers
    kept = [a for a in SIGNED_IN if "no-store" not in answers[a].headers.get("Cache-Control", "")]
    assert not kept, f"{row}: a proxy may keep what {kept} read"


def test_every_address_has_a_row() -> None:
    """T2: a page that nobody thought about fails here."""
    assert asking.addresses() - {row.address for row in ROWS} == set()


def test_no_row_is_about_an_address_that_is_gone() -> None:
    assert {row.address for row in ROWS} - asking.addresses() == set()


def test_control_an_address_without_a_row_is_found() -> None:
    """Control: the comparison is not empty-handed."""
    assert asking.addresses() - {row.address for row in ROWS if row.address != "case"} == {"case"}


def test_every_line_answers_for_everybody() -> None:
    assert {len(row.expected) for row in ROWS} == {len(ACTORS)}
    assert len({str(row) for row in ROWS}) == len(ROWS)


def test_no_form_is_kept_for_an_address_that_is_gone() -> None:
    """A renamed address would otherwise be asked with an empty form, and its row would say 422 for everybody."""
    assert set(FORMS) <= {row.address for row in ROWS}

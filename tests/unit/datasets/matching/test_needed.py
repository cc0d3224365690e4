"""Which questions a dataset needs: exactly those whose missing answer can change the comparison."""

from dataclasses import fields, replace
from datetime import date

import pytest

from apps.datasets.conditions import Use
from apps.datasets.matching import Ancestry, Disease, Outcome, Purpose, match
from apps.datasets.matching.match import CHECKS
from apps.datasets.matching.needed import needed, unanswered

TODAY = date(2027, 3, 1)
VALUES = {"DUO:0000007": "MONDO:1", "DUO:0000022": "DK", "DUO:0000020": "Dr A", "DUO:0000027": "BRCA-1"}
YES = frozenset({"DK"})
FULL = Purpose(
    kind="disease", diseases=(Disease("MONDO:1", ""),), methods=False, ancestry=False, genetic=True,
    sensitive=frozenset(), commercial=False, organisations=frozenset({"public"}), countries=YES, processing=YES,
    ai="no", reidentify=False, ethics="approved", ethics_until=date(2030, 1, 1), publish=True, return_results=True,
    collaborate=True, project="BRCA-1",
)  # fmt: skip


def lines(code: str, purpose: Purpose) -> list[tuple[Outcome, str]]:
    found = match([Use(code, VALUES.get(code, ""))], purpose, Ancestry({"MONDO:1": frozenset()}), today=TODAY)
    return [(one.outcome, one.sentence) for one in found.lines]


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_a_question_is_needed_if_leaving_it_out_changes_the_comparison(code: str) -> None:
    full = replace(FULL, kind="ancestry", ancestry=True) if code == "DUO:0000011" else FULL  # POA
    read = {one.name for one in fields(Purpose) if lines(code, full) != lines(code, replace(full, **{one.name: None}))}
    assert read == needed([code])
    assert unanswered(needed([code]), full) == []
    assert set(unanswered(needed([code]), Purpose())) == read


def test_a_question_that_another_answer_settles_is_not_open_and_an_empty_list_is_no_answer() -> None:
    asked = needed(["DUO:0000007", "DUO:0000021", "DUO:0000045"])
    assert unanswered(asked, replace(FULL, ethics="none", ethics_until=None)) == []
    assert unanswered(asked, replace(FULL, ethics_until=None)) == ["ethics_until"]
    assert unanswered(asked, replace(FULL, kind="care", diseases=None)) == []
    assert unanswered(asked, replace(FULL, kind="ancestry", ancestry=None)) == []
    assert unanswered(asked, replace(FULL, diseases=(), organisations=frozenset())) == ["diseases", "organisations"]
    assert needed([]) == {"sensitive"}

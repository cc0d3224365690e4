"""A purpose is read from JSON and written to it; what is no purpose is refused with the answer that is wrong."""

from datetime import date
from typing import Any

import pytest

from apps.datasets.matching import Disease, Purpose, ShapeError, purpose_json, read_purpose
from apps.datasets.matching.purpose import READERS

FULL = Purpose(
    kind="disease", diseases=(Disease("MONDO:0004989", "breast carcinoma"), Disease("", "a rare one")), methods=False,
    ancestry=False, genetic=True, sensitive=frozenset(), commercial=False, organisations=frozenset({"public"}),
    countries=frozenset({"NO", "DK"}), processing=frozenset({"NO"}), ai="no", reidentify=False, ethics="approved",
    ethics_until=date(2028, 12, 31), publish=True, return_results=True, collaborate=False, project="BRCA",
)  # fmt: skip


def test_json_keeps_every_answer() -> None:
    assert read_purpose(purpose_json(FULL)) == FULL
    assert set(purpose_json(FULL)) == {"version", *READERS}
    assert purpose_json(Purpose()) == {} and read_purpose({}) == Purpose()
    assert FULL.unanswered == [] and Purpose().is_empty and len(Purpose().unanswered) == len(READERS)


def test_an_empty_set_is_an_answer_and_null_is_none() -> None:
    read = read_purpose({"version": 1, "sensitive": [], "methods": None})
    assert read.sensitive == frozenset() and read.methods is None


@pytest.mark.parametrize(
    "data, wrong",
    [
        ([], ""),
        ({"kind": "health"}, "version"),
        ({"version": 2}, "version"),
        ({"version": 1, "colour": "red"}, "colour"),
        ({"version": 1, "kind": "magic"}, "kind"),
        ({"version": 1, "kind": ["health"]}, "kind"),
        ({"version": 1, "methods": "no"}, "methods"),
        ({"version": 1, "sensitive": "children"}, "sensitive"),
        ({"version": 1, "sensitive": [{}]}, "sensitive"),
        ({"version": 1, "countries": ["Norway"]}, "countries"),
        ({"version": 1, "countries": ["NO"] * 61}, "countries"),
        ({"version": 1, "ethics_until": "2028-02-30"}, "ethics_until"),
        ({"version": 1, "ethics_until": 5}, "ethics_until"),
        ({"version": 1, "project": "a\u202eb"}, "project"),
        ({"version": 1, "project": "a" * 201}, "project"),
        ({"version": 1, "diseases": [{"id": "MONDO:x"}]}, "diseases"),
        ({"version": 1, "diseases": [{"label": " "}]}, "diseases"),
        ({"version": 1, "diseases": [{"name": "a"}]}, "diseases"),
        ({"version": 1, "diseases": [{"id": "MONDO:1"}] * 21}, "diseases"),
    ],
)
def test_what_is_no_purpose_is_refused(data: Any, wrong: str) -> None:
    with pytest.raises(ShapeError) as refusal:
        read_purpose(data)
    assert list(refusal.value.faults) == [wrong]

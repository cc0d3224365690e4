"""Answers that are files: their number, types and sizes, and that nobody sends them as text."""

from typing import Any

import pytest

from apps.access_requests import document_types
from apps.core.errors import Invalid
from apps.forms import files, values
from apps.forms.answers import Answers, missing, moved, read
from apps.forms.kinds import FORMATS, STORABLE, Type
from tests.unit.forms import samples
from tests.unit.forms.samples import VALID, question

(FILE,) = VALID[Type.FILE]
FORM = samples.read(question("a", "file", formats=["pdf"], largest=5_000, most=2, required=True))
(ASKED,) = FORM.questions()


def test_the_types_a_form_can_ask_for_are_those_that_are_stored() -> None:
    assert {f".{one}" for one in STORABLE} == set(document_types.ACCEPTED)
    assert set(STORABLE) <= set(FORMATS)
    assert files.accepted(samples.read(question("a", "file", formats=["doc"])).question("a") or ASKED) == ()


def test_files_that_fit_are_an_answer() -> None:
    assert values.read(ASKED, [FILE]) == [FILE]
    assert values.lines(ASKED, [FILE])[0].startswith(FILE["name"])
    assert missing(FORM, Answers({"a": [FILE]})) == {}
    assert list(missing(FORM, Answers())) == ["a"]


@pytest.mark.parametrize("sent", [
    [FILE | {"name": "plan.docx"}], [FILE | {"name": "pdf"}], [FILE | {"size": 5_001}], [FILE] * 3,
    [FILE | {"infected": True}], "plan.pdf", [{"id": "1"}],
])  # fmt: skip
def test_files_that_do_not_fit_are_wrong(sent: Any) -> None:
    with pytest.raises(Invalid):
        values.read(ASKED, sent)
    assert list(missing(FORM, Answers(typed={"a": sent}))) == ["a"]


def test_nobody_answers_by_saying_that_there_is_a_file() -> None:
    """Neither from a page or a JSON file, nor from another version of the form."""
    assert read(FORM, {"a": [FILE]}, {}) == Answers()
    assert moved(Answers({"a": [FILE]}), FORM, FORM) == Answers()

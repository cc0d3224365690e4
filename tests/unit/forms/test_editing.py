"""Changes of a form, each a pure function."""

from apps.forms import editing
from apps.forms.definition import Definition, to_json
from apps.forms.kinds import Type
from apps.forms.parsing import parse_draft
from tests.unit.forms import samples
from tests.unit.forms.samples import question


def two_sections() -> Definition:
    sections = [
        {"key": key, "title": {"en": key}, "questions": [question(one) for one in keys]}
        for key, keys in (("s", "ab"), ("t", "c"))
    ]
    return parse_draft(samples.form() | {"sections": sections})


def order(form: Definition) -> list[str]:
    return ["".join(one.key for one in section.questions) for section in form.sections]


def test_a_question_moves_within_its_section_and_over_its_edge() -> None:
    form = two_sections()
    assert order(editing.moved(form, "b", up=True)) == ["ba", "c"]
    assert order(editing.moved(form, "b", up=False)) == ["a", "bc"]
    assert order(editing.moved(form, "c", up=True)) == ["abc", ""]
    for key, up in (("a", True), ("c", False), ("x", True)):
        assert editing.moved(form, key, up=up) == form


def test_a_section_moves_is_renamed_added_and_deleted() -> None:
    form = two_sections()
    assert order(editing.section_moved(form, "t", up=True)) == ["c", "ab"]
    assert editing.section_moved(form, "s", up=True) == editing.section_moved(form, "x", up=True) == form
    assert str(editing.renamed_section(form, "s", {"en": "New"}).sections[0]) == "New"
    added = editing.with_section(form, {"en": "S"})
    assert [one.key for one in added.sections] == ["s", "t", "s_2"]
    assert order(editing.without_section(form, "s")) == ["c"]


def test_a_question_is_added_replaced_and_deleted() -> None:
    form, key = editing.with_question(two_sections(), "t", label={"en": "2 places, please?"}, kind=Type.CHOICE)
    assert (key, order(form)[1]) == ("q_2_places_please", f"c{key}")
    form, key = editing.with_question(form, "s", label={"en": "???"}, kind=Type.TABLE)
    assert key == "question" and samples.parse(to_json(form))
    assert order(editing.without(form, "a"))[0] == "bquestion"
    other = samples.read(question("a", "date")).question("a")
    assert other is not None and editing.replaced(form, "a", other).question("a") == other
    assert order(editing.empty({"en": "New"})) == [""]

"""Forms as JSON: what is read, and what is refused with the place of the fault."""

import json
from typing import Any

import pytest

from apps.core.errors import Invalid
from apps.forms.definition import canonical, in_language, sha256_of, to_json
from apps.forms.parsing import MOST_BYTES, from_text, parse, parse_draft
from apps.forms.problems import problems
from tests.unit.forms.samples import form, question, yes_no

TABLE = question("t", "table", columns=[question("c", "date"), question("d", "country", most=1)])
EVERYTHING = form(
    yes_no("a", required=True, help={"en": "Help", "da": "Hjælp"}),
    question("b", "number", least=0, most=2.5, visible_if={"question": "a", "is": "yes"}, refers_to=["EHDS 67(2)(a)"]),
    question("c", "long_text", most_words=250, readers="public", confidential=True),
    question("d", "date", earliest="today", latest="2099-01-01", visible_if={"question": "b", "at_least": 1}),
    question("e", "person", prefill="name", visible_if={"not": {"any": [{"question": "b", "answered": True}]}}),
    question("f", "header"),
    question("g", "file", formats=["pdf"], largest=10_000_000, most=3),
    TABLE,
    about={"en": "About"},
)


def test_a_form_goes_out_and_comes_back_without_loss() -> None:
    assert to_json(parse(EVERYTHING)) == EVERYTHING
    assert parse(json.loads(canonical(parse(EVERYTHING)))) == parse(EVERYTHING)
    assert sha256_of(parse(EVERYTHING)) != sha256_of(parse(form(question("a"))))


def test_a_text_falls_back_to_english() -> None:
    assert in_language({"en": "Yes", "fi": "Kyllä"}) == "Yes"
    assert in_language({}) == ""


REFUSED: dict[str, tuple[Any, str]] = {
    "no object": ([], "the form"),
    "no format": ({"name": {"en": "x"}}, "format"),
    "unknown key": (form(question("a"), script="x"), "script"),
    "no name": (form(question("a"), name={}), "name"),
    "no English": (form(question("a", label={"da": "Navn"})), "sections[0].questions[0].label"),
    "text as label": (form(question("a", label="Name")), "sections[0].questions[0].label"),
    "language": (form(question("a", label={"en": "x", "English": "x"})), "label.English"),
    "label too long": (form(question("a", label={"en": "x" * 501})), "label.en"),
    "hidden character": (form(question("a", label={"en": "a\u202eb"})), "label.en"),
    "label no text": (form(question("a", label={"en": 1})), "label.en"),
    "sections": (form() | {"sections": {}}, "sections"),
    "key": (form(question("A b")), "questions[0].key"),
    "key twice": (form(question("a"), question("a")), "questions"),
    "type": (form(question("a", "signature")), "questions[0].type"),
    "flag": (form(question("a", required="yes")), "questions[0].required"),
    "limit": (form(question("a", most="many")), "questions[0].most"),
    "words": (form(question("a", most_words=0)), "questions[0].most_words"),
    "least above most": (form(question("a", least=5, most=1)), "questions[0].least"),
    "negative": (form(question("a", most=-1)), "questions[0]"),
    "day": (form(question("a", "date", earliest="2026-02-30")), "questions[0].earliest"),
    "days in order": (form(question("a", "date", earliest="2026-02-02", latest="2026-02-01")), "questions[0].earliest"),
    "no options": (form(question("a", "choice")), "questions[0].options"),
    "options of a text": (form(question("a", options=[])), "questions[0].options"),
    "options twice": (form(question("a", "choice", options=[{"key": "x", "label": {"en": "X"}}] * 2)), "options"),
    "no columns": (form(question("a", "table")), "questions[0].columns"),
    "column type": (form(question("a", "table", columns=[question("b", "table")])), "columns[0].type"),
    "column hidden": (form(question("a", "table", columns=[question("b", visible_if=None)])), "columns[0].visible_if"),
    "formats": (form(question("a", "file", formats=["exe"])), "questions[0].formats"),
    "prefill": (form(question("a", "date", prefill="name")), "questions[0].prefill"),
    "condition": (form(question("a"), question("b", visible_if={"question": "a"})), "questions[1].visible_if"),
    "two comparisons": (
        form(question("b", visible_if={"question": "a", "is": "x", "answered": True})), "questions[0].visible_if"
    ),
    "empty not": (form(question("b", visible_if={"not": None})), "visible_if.not"),
    "too many": (form(*(question(f"q{n}") for n in range(501))), "sections[0].questions"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_another_shape_is_refused_with_its_place(name: str) -> None:
    found, place = REFUSED[name]
    with pytest.raises(Invalid) as refused:
        parse(found)
    assert place in refused.value.sentence
    assert list(refused.value.fields) == ["definition"]


def test_too_many_questions_and_sections_are_refused() -> None:
    section = {"key": "s", "title": {"en": "S"}, "questions": [question(f"q{n}") for n in range(251)]}
    twice = [section, section | {"key": "t", "questions": [question(f"r{n}") for n in range(251)]}]
    for sections in (twice, [section, section | {"questions": []}]):
        with pytest.raises(Invalid, match="sections"):
            parse(form() | {"sections": sections})


def test_a_deep_or_long_condition_is_refused() -> None:
    deep: Any = {"question": "a", "answered": True}
    for _ in range(9):
        deep = {"not": deep}
    for condition in (deep, {"any": [{"question": "a", "answered": True}] * 51}):
        with pytest.raises(Invalid, match="visible_if"):
            parse(form(question("a"), question("b", visible_if=condition)))


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, '"' + "x" * MOST_BYTES + '"', "[]"]
)
def test_text_that_is_no_form_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        from_text(text)
    assert refused.value.status == 422


def test_what_can_never_be_shown_or_compared_is_a_problem() -> None:
    later = [question("a", visible_if={"question": "b", "answered": True}), question("b")]
    circle = [*later[:1], question("b", visible_if={"question": "a", "answered": True})]
    unknown = [question("a"), question("b", visible_if={"question": "x", "answered": True})]
    other = [yes_no("a"), question("b", visible_if={"question": "a", "is": "maybe"})]
    text = [question("a"), question("b", visible_if={"question": "a", "at_least": 1})]
    heading = [question("a", "header"), question("b", visible_if={"question": "a", "answered": True})]
    for questions, keys in (
        (later, ["a"]), (circle, ["a", "b"]), (unknown, ["b"]), (other, ["b"]), (text, ["b"]), (heading, ["b"]),
        ([question("a", "label")], [""]), ([], [""]),
    ):  # fmt: skip
        assert [one.key for one in problems(parse_draft(form(*questions)))] == keys
        with pytest.raises(Invalid):
            parse(form(*questions))


def test_control_a_condition_over_an_earlier_answer_is_no_problem() -> None:
    """Control."""
    assert problems(parse(form(yes_no("a"), question("b", visible_if={"question": "a", "is": "yes"})))) == []


def test_a_section_can_depend_on_earlier_sections_only() -> None:
    sections = [
        {"key": "s", "title": {"en": "S"}, "questions": [yes_no("a")]},
        {
            "key": "t",
            "title": {"en": "T"},
            "visible_if": {"question": "b", "answered": True},
            "questions": [yes_no("b")],
        },
    ]
    assert [one.key for one in problems(parse_draft(form() | {"sections": sections}))] == ["b"]
    sections[1]["visible_if"] = {"question": "a", "is": "yes"}
    assert problems(parse(form() | {"sections": sections})) == []

"""Two versions of a form compared, and a form in words."""

from apps.forms.comparison import compare, compare_answers, described, said, summary
from apps.forms.parsing import parse, parse_draft
from tests.unit.forms import samples
from tests.unit.forms.samples import form, question, yes_no


def test_what_was_added_removed_changed_and_moved() -> None:
    old = samples.read(question("a"), question("b"), question("c", most=10), question("d"))
    new = samples.read(question("b"), question("a"), question("c", most=20, required=True), question("e", "date"))
    found = {(one.what, one.key): one for one in compare(old, new)}
    assert set(found) == {("moved", "a"), ("moved", "b"), ("changed", "c"), ("added", "e"), ("removed", "d")}
    changed = found["changed", "c"]
    assert changed.before == ("Text, at most 10 characters", "optional")
    assert changed.after == ("Text, at most 20 characters", "required")
    assert found["added", "e"].before == () and found["removed", "d"].after == ()
    assert compare(old, old) == []


def test_texts_sections_and_their_order_are_compared() -> None:
    section = {"key": "one", "title": {"en": "Two"}, "visible_if": None, "questions": [question("a")]}
    other = {"key": "new", "title": {"en": "New"}, "questions": [question("b")]}
    old = parse(form(question("a"), question("b")))
    new = parse(form() | {"name": {"en": "Other"}, "about": {"en": "Text"}, "sections": [section, other]})
    assert [(one.what, one.key) for one in compare(old, new)] == [
        ("changed", ""), ("changed", ""), ("changed", ""), ("added", ""), ("moved", "b"),
    ]  # fmt: skip
    assert [(one.what, one.label) for one in compare(new, old)][-1] == ("removed", "New")


def test_a_question_before_it_does_not_change_a_question() -> None:
    old = samples.read(yes_no("a"), question("b", visible_if={"question": "a", "is": "yes"}))
    new = samples.read(question("x"), yes_no("a"), question("b", visible_if={"question": "a", "is": "yes"}))
    assert [(one.what, one.key) for one in compare(old, new)] == [("added", "x")]


def test_everything_about_a_question_is_in_words() -> None:
    everything = parse(samples.form(
        yes_no("a", readers="committee", confidential=True, refers_to=["EHDS 67(2)(a)"]),
        question("b", "person", prefill="name", visible_if={"question": "a", "is": "yes"}),
        question("c", "table", columns=[question("d", "date", earliest="today", latest="2099-01-01")]),
        question("e", "file", formats=["pdf"], largest=1_000_000),
        question("f", "long_text", most_words=5, least=2),
        question("g", "number", least=0.5),
        question("h", visible_if={"any": [
            {"question": "g", "at_least": 2}, {"question": "g", "at_most": 1},
            {"all": [{"question": "a", "answered": False}, {"not": {"question": "b", "answered": True}}]},
        ]}),
        question("i", "header"),
    ))  # fmt: skip
    for one in everything.questions():
        assert described(everything, one) and summary(everything, one)
    last = everything.question("h")
    assert last is not None and said(everything, last.visible_if) == (
        "(1.6 is 2 or more or 1.6 is 1 or less or (1.1 is not answered and not (1.2 is answered)))"
    )
    assert said(everything, None) == ""
    broken = parse_draft(samples.form(question("a", visible_if={"question": "gone", "is": "x"})))
    assert said(broken, {"question": "gone", "is": "x"}) == "gone is x"


def test_answers_of_two_rounds_are_compared_as_people_read_them() -> None:
    definition = samples.read(yes_no("a"), question("b", "country"), question("c"), question("d"))
    questions = {one.key: one for one in definition.questions()}
    found = compare_answers(questions, {"a": "yes", "c": "x", "d": "y"}, {"a": "no", "b": ["DK"], "d": "y"})
    assert [(one.what, one.key, one.before, one.after) for one in found] == [
        ("changed", "a", ("Yes",), ("No",)), ("added", "b", (), ("Denmark",)), ("removed", "c", ("x",), ()),
    ]  # fmt: skip

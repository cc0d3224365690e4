"""Answers to a form: visible questions, what is missing, what is frozen, moves between versions, shared questions."""

from uuid import UUID, uuid4

from apps.forms.answers import Answers, final, missing, moved, read, wrong
from apps.forms.combined import AskedForm, answered, conditions, names_of, sections, shared
from apps.forms.definition import Definition
from apps.forms.visibility import holds, shown_keys
from tests.unit.forms import samples
from tests.unit.forms.samples import question, yes_no

FORM = samples.read(
    yes_no("leaves", required=True),
    question("where", "country", required=True, visible_if={"question": "leaves", "is": "yes"}),
    question("basis", required=True, confidential=True, visible_if={"question": "where", "answered": True}),
    question("size", "number"),
    question("why", required=True, visible_if={"question": "size", "at_least": 100}),
    question("few", required=True, visible_if={"all": [{"question": "size", "at_most": 5}, {"not": {"any": []}}]}),
)


def test_a_question_is_shown_by_the_answers_before_it() -> None:
    assert shown_keys(FORM, {}) == {"leaves", "size"}
    assert shown_keys(FORM, {"leaves": "yes", "where": ["US"], "size": 100}) == {
        "leaves", "where", "basis", "size", "why",
    }  # fmt: skip
    assert shown_keys(FORM, {"size": 5}) == {"leaves", "size", "few"}


def test_a_hidden_question_counts_as_not_answered() -> None:
    """`where` is hidden, so that `basis`, which depends on it, is hidden too."""
    assert shown_keys(FORM, {"leaves": "no", "where": ["US"]}) == {"leaves", "size"}


def test_a_comparison_with_another_kind_of_answer_is_false() -> None:
    assert not holds({"question": "a", "at_least": 1}, {"a": "2"})
    assert not holds({"question": "a", "at_least": 1}, {"a": True})
    assert holds({"question": "a", "is": "x"}, {"a": ["x", "y"]})
    assert holds({"question": "a", "answered": False}, {})


def test_hidden_questions_are_neither_required_nor_frozen() -> None:
    answers = read(FORM, {"leaves": "no", "where": "US", "basis": "Law"}, {})
    assert missing(FORM, answers) == {}
    assert final(FORM, answers) == {"answers": {"leaves": "no"}}
    assert answers.valid["where"] == ["US"]  # the draft keeps it, in case the answer is changed back


def test_a_wrong_answer_is_kept_as_it_was_typed_and_marked() -> None:
    answers = read(FORM, {"leaves": "yes", "where": "Atlantis", "size": "many\x00", "other": "x"}, {})
    assert (answers.valid, answers.typed) == ({"leaves": "yes"}, {"where": "Atlantis", "size": "many"})
    assert set(wrong(FORM, answers)) == {"where", "size"}
    assert set(missing(FORM, answers)) == {"where", "size"}
    assert Answers.stored(answers.as_json()) == answers
    assert read(FORM, {"size": [{"a": "x\ud800"}]}, {}).typed == {"size": [{"a": "x?"}]}


def test_a_confidential_answer_needs_a_reason() -> None:
    answers = read(FORM, {"leaves": "yes", "where": "US", "basis": "Law"}, {"basis": " ", "size": "not allowed"})
    assert set(missing(FORM, answers)) == {"basis"}
    answers = read(FORM, {"leaves": "yes", "where": "US", "basis": "Law"}, {"basis": "Trade secret"})
    assert final(FORM, answers)["confidential"] == {"basis": "Trade secret"}


def test_answers_move_to_another_version() -> None:
    """What fits stays, what has another type is tried as text, what is not asked any more is left out."""
    old = samples.read(question("a"), question("b", "country"), question("c"), question("d", "number"))
    new = samples.read(question("a"), question("b", "long_text"), question("d", "date"), question("e"))
    before = read(old, {"a": "x", "b": "DK", "c": "y", "d": 12}, {})
    after = moved(before, old, new)
    assert after == Answers({"a": "x", "b": "Denmark"}, {"d": 12}, {})


def asked(*definitions: Definition) -> list[AskedForm]:
    return [AskedForm(uuid4(), uuid4(), one) for one in definitions]


def test_a_question_with_one_key_and_shape_is_asked_once() -> None:
    first = samples.read(question("a", most=5), question("b", required=True))
    second = samples.read(question("b", label={"en": "In other words"}), question("a", most=6), question("c"))
    forms = asked(first, second)
    found = [(one.question.key, len(one.forms), one.required) for one in sections(forms)[0].questions]
    assert found == [("a", 1, False), ("b", 2, True)]
    assert [one.question.key for one in sections(forms)[1].questions] == ["a", "c"]
    name = first.question("b").field_name  # type: ignore[arg-type]
    answers = answered(forms, {name: "x"}, {name: "ignored: not confidential"})
    assert [one.valid for one in answers.values()] == [{"b": "x"}, {"b": "x"}]


def test_what_is_not_sent_stays_as_it_was() -> None:
    form = AskedForm(uuid4(), uuid4(), FORM, read(FORM, {"leaves": "no", "size": "many"}, {}))
    kept = answered([form], {}, {})[form.version]
    assert (kept.valid, kept.typed) == ({"leaves": "no"}, {"size": "many"})
    cleared = answered([form], dict.fromkeys(names_of([form]).values(), ""), {})[form.version]
    assert (cleared.valid, cleared.typed) == ({}, {})


def test_a_shared_question_is_shown_if_any_form_shows_it() -> None:
    hidden = samples.read(yes_no("x"), question("a", visible_if={"not": {"question": "x", "is": "yes"}}))
    shown = samples.read(question("a"))
    forms = asked(hidden)
    names = names_of(forms)
    found = conditions(sections(forms)[0].questions[1], names)
    assert found == [{"all": [{"not": {"question": names[forms[0].version, "x"], "is": "yes"}}]}]
    both = asked(hidden, shown)
    assert conditions(sections(both)[0].questions[1], names_of(both)) is None


def test_another_form_begins_with_what_was_answered_already() -> None:
    form = AskedForm(UUID(int=1), UUID(int=2), FORM, read(FORM, {"size": 5, "leaves": "yes"}, {}))
    new = samples.read(question("size", "number"), question("leaves"))
    assert shared([form], new).valid == {"size": 5}

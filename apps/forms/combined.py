"""The forms of several committees as one: a question that they ask with one key and one shape is asked once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.forms import values
from apps.forms.answers import Answers, read
from apps.forms.definition import Definition, Question
from apps.forms.visibility import holds


@dataclass
class AskedForm:
    """One version of a committee's form, as a request answers it. `files` are the attached ones by key of question."""

    version: UUID
    committee: UUID
    definition: Definition
    answers: Answers = field(default_factory=Answers)
    form: UUID | None = None
    files: dict[str, Sequence[Any]] = field(default_factory=dict)


@dataclass
class AskedQuestion:
    """One question on the page, for every form that asks it. `name` is that of its field."""

    name: str
    question: Question
    forms: list[AskedForm]
    required: bool = False

    def valid(self) -> Any:
        """The answer; None if no form has a valid one."""
        found = (one.answers.valid.get(self.question.key) for one in self.forms)
        return next((answer for answer in found if answer is not None), None)

    def typed(self) -> Any:
        """What was typed instead of a valid answer; None if nothing was."""
        found = (one.answers.typed.get(self.question.key) for one in self.forms)
        return next((answer for answer in found if answer is not None), None)

    def reason(self) -> str | None:
        """The reason for which it is confidential; None if it is not marked."""
        found = (one.answers.confidential.get(self.question.key) for one in self.forms)
        return next((reason for reason in found if reason is not None), None)


@dataclass
class AskedSection:
    title: str
    hint: str
    questions: list[AskedQuestion]


def name_of(form: AskedForm, question: Question) -> str:
    """The name of its field: the same for all forms that ask it, but of its own where only one committee reads it."""
    own = f"-{form.version.hex[:12]}" if question.is_private else ""
    return question.field_name + own


def sections(forms: Sequence[AskedForm]) -> list[AskedSection]:
    """Every question once, in the first section that asks it."""
    seen: dict[str, AskedQuestion] = {}
    found = []
    for form in forms:
        for section in form.definition.sections:
            asked = list(_new(form, section.questions, seen))
            if asked:
                found.append(AskedSection(str(section), section.hint, asked))
    return found


def _new(form: AskedForm, questions: Iterable[Question], seen: dict[str, AskedQuestion]) -> Iterator[AskedQuestion]:
    for question in questions:
        name = name_of(form, question)
        if name in seen:
            seen[name].forms.append(form)
        else:
            seen[name] = AskedQuestion(name, question, [form])
            yield seen[name]
        seen[name].required = seen[name].required or question.required


def conditions(asked: AskedQuestion, names: Mapping[tuple[UUID, str], str]) -> list[Any] | None:
    """When the question is shown, over the names of fields: one condition a form, of which any is enough.

    None if a form always shows it. `names` are those of the fields, by version and key.
    """
    found = []
    for form in asked.forms:
        key = asked.question.key
        section, question = form.definition.section_of(key), form.definition.question(key)
        wanted = [one.visible_if for one in (section, question) if one is not None and one.visible_if is not None]
        if not wanted:
            return None
        found.append({"all": [_renamed(one, form, names) for one in wanted]})
    return found


def _renamed(condition: Any, form: AskedForm, names: Mapping[tuple[UUID, str], str]) -> Any:
    if "not" in condition:
        return {"not": _renamed(condition["not"], form, names)}
    for kind in ("all", "any"):
        if kind in condition:
            return {kind: [_renamed(one, form, names) for one in condition[kind]]}
    key = condition["question"]
    return condition | {"question": names.get((form.version, key), key)}


def names_of(forms: Sequence[AskedForm]) -> dict[tuple[UUID, str], str]:
    """The name of the field of each question, by version and key."""
    return {
        (form.version, question.key): name_of(form, question)
        for form in forms
        for question in form.definition.questions()
    }


def answered(forms: Sequence[AskedForm], sent: Mapping[str, Any], reasons: Mapping[str, str]) -> dict[UUID, Answers]:
    """What was sent by the names of fields, as the answers of each form; what was not sent stays as it was."""
    found = {}
    for form in forms:
        names = {question.key: name_of(form, question) for question in form.definition.questions()}
        old = {**form.answers.valid, **form.answers.typed}
        now = {key: sent[name] if name in sent else old.get(key) for key, name in names.items()}
        marked = {key: reasons[name] for key, name in names.items() if name in reasons}
        unsent = {key: old for key, old in form.answers.confidential.items() if names.get(key) not in sent}
        found[form.version] = read(form.definition, now, unsent | marked)
    return found


def shared(forms: Iterable[AskedForm], new: Definition) -> Answers:
    """The answers to another form that these have already: to questions with the same key and shape.

    What only one committee reads is never an answer to another form.
    """
    known: dict[str, Any] = {}
    for form in forms:
        for question in form.definition.questions():
            if question.key in form.answers.valid and not question.is_private:
                known.setdefault(question.field_name, form.answers.valid[question.key])
    sent = {
        question.key: known[question.field_name]
        for question in new.questions()
        if question.field_name in known and not question.is_private
    }
    return read(new, sent, {})


def is_shown(form: AskedForm, question: Question) -> bool:
    """Whether one question is shown, given what is answered before it."""
    section = form.definition.section_of(question.key)
    return holds(section.visible_if if section else None, form.answers.valid) and holds(
        question.visible_if, form.answers.valid
    )


def plain(asked: AskedQuestion) -> str:
    """The answer as text, for a field of one or several lines."""
    return "\n".join(values.lines(asked.question, asked.valid()))

"""Changes of a form: each takes a form and gives another one. Pure functions."""

import re
from collections.abc import Callable
from dataclasses import replace

from apps.forms.definition import Definition, Option, Question, Section, Texts
from apps.forms.kinds import WITH_OPTIONS, Type


def empty(name: Texts) -> Definition:
    """A form with one section and no question."""
    return Definition(name=name, sections=(Section("project", {"en": "Project", "da": "Projekt"}),))


def replaced(form: Definition, key: str, question: Question) -> Definition:
    """The form with another question in the place of the one with this key."""
    return _in_sections(form, lambda one: (question,) if one.key == key else (one,))


def without(form: Definition, key: str) -> Definition:
    """The form without this question."""
    return _in_sections(form, lambda one: () if one.key == key else (one,))


def _in_sections(form: Definition, change: Callable[[Question], tuple[Question, ...]]) -> Definition:
    sections = [
        replace(section, questions=tuple(new for one in section.questions for new in change(one)))
        for section in form.sections
    ]
    return replace(form, sections=tuple(sections))


def with_question(form: Definition, section: str, *, label: Texts, kind: Type) -> tuple[Definition, str]:
    """The form with a new question at the end of a section, and its key; choices begin with yes and no."""
    key = new_key(label, {one.key for one in form.questions()})
    options = (Option("yes", {"en": "Yes", "da": "Ja"}), Option("no", {"en": "No", "da": "Nej"}))
    column = Question("name", Type.TEXT, {"en": "Name", "da": "Navn"})
    added = Question(
        key, kind, label,
        options=options if kind in WITH_OPTIONS else (),
        columns=(column,) if kind == Type.TABLE else (),
    )  # fmt: skip
    sections = [replace(one, questions=(*one.questions, added)) if one.key == section else one for one in form.sections]
    return replace(form, sections=tuple(sections)), key


def with_section(form: Definition, title: Texts) -> Definition:
    key = new_key(title, {one.key for one in form.sections})
    return replace(form, sections=(*form.sections, Section(key, title)))


def renamed_section(form: Definition, key: str, title: Texts) -> Definition:
    sections = [replace(one, title={**one.title, **title}) if one.key == key else one for one in form.sections]
    return replace(form, sections=tuple(sections))


def without_section(form: Definition, key: str) -> Definition:
    """The form without this section and its questions."""
    return replace(form, sections=tuple(one for one in form.sections if one.key != key))


def moved(form: Definition, key: str, *, up: bool) -> Definition:
    """The question one place up or down; over the edge of its section it comes into the next one."""
    at = next((n for n, one in enumerate(form.sections) if any(q.key == key for q in one.questions)), None)
    if at is None:
        return form
    questions = [list(one.questions) for one in form.sections]
    place = next(n for n, one in enumerate(questions[at]) if one.key == key)
    target = place - 1 if up else place + 1
    if 0 <= target < len(questions[at]):
        questions[at][place], questions[at][target] = questions[at][target], questions[at][place]
    elif 0 <= (other := at - 1 if up else at + 1) < len(questions):
        question = questions[at].pop(place)
        questions[other].insert(len(questions[other]) if up else 0, question)
    sections = [replace(one, questions=tuple(own)) for one, own in zip(form.sections, questions, strict=True)]
    return replace(form, sections=tuple(sections))


def section_moved(form: Definition, key: str, *, up: bool) -> Definition:
    """The section one place up or down."""
    sections = list(form.sections)
    at = next((n for n, one in enumerate(sections) if one.key == key), None)
    target = None if at is None else at - 1 if up else at + 1
    if at is not None and target is not None and 0 <= target < len(sections):
        sections[at], sections[target] = sections[target], sections[at]
    return replace(form, sections=tuple(sections))


def new_key(label: Texts, used: set[str]) -> str:
    """A key from the English text that is not used yet: `place_of_processing`, or `place_of_processing_2`."""
    base = re.sub(r"[^a-z0-9]+", "_", label.get("en", "").lower()).strip("_")[:50] or "question"
    base = base if base[0].isalpha() else f"q_{base}"
    numbers = (f"{base}_{number}" for number in range(2, len(used) + 3))
    return next(key for key in (base, *numbers) if key not in used)

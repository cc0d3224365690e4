"""What stops a form from being published: what nobody could ever see, and what a condition cannot mean."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import Invalid
from apps.forms.definition import Definition, Question
from apps.forms.kinds import WITH_OPTIONS, Type
from apps.forms.visibility import in_circle, parts


@dataclass(frozen=True)
class Problem:
    """One problem, at the question with this key (or at the form, without one)."""

    key: str
    sentence: str


def problems(definition: Definition) -> list[Problem]:
    """Everything that stops the form from being published, in the order of the form."""
    if not any(question.asks for question in definition.questions()):
        return [Problem("", _("The form has no questions. Add at least one."))]
    return list(_of_conditions(definition))


def check_can_be_filled_in(definition: Definition) -> None:
    """Raises Invalid with the sentences of all problems."""
    found = problems(definition)
    if found:
        raise Invalid(" ".join(one.sentence for one in found), field="definition")


def _of_conditions(definition: Definition) -> Iterator[Problem]:
    numbers = definition.numbered()
    known = {question.key: question for question in definition.questions()}
    circle = set(in_circle(definition))
    passed: set[str] = set()
    for section in definition.sections:
        before = frozenset(passed)
        for question in section.questions:
            here = {"here": numbers[question.key]}
            if question.key in circle:
                yield Problem(
                    question.key,
                    _("Question %(here)s depends on its own answer, so it is never shown. Change its condition.")
                    % here,
                )
            else:
                for source, earlier in ((section.visible_if, before), (question.visible_if, frozenset(passed))):
                    for part in parts(source):
                        yield from _of_part(question.key, part, known, earlier, numbers)
            passed.add(question.key)


def _of_part(
    key: str,
    part: Mapping[str, Any],
    known: Mapping[str, Question],
    earlier: frozenset[str],
    numbers: Mapping[str, str],
) -> Iterator[Problem]:
    """What is wrong with one comparison of a condition."""
    asked = known.get(part["question"])
    here = {"here": numbers[key], "other": numbers.get(part["question"], part["question"])}
    if asked is None:
        sentence = _(
            "Question %(here)s depends on the question “%(other)s”, which is not in the form. Change the condition."
        )
    elif asked.key not in earlier:
        sentence = _("Question %(here)s depends on question %(other)s, which comes later. Move one of them.")
    elif not _can_be_compared(asked, part):
        sentence = _(
            "Question %(here)s depends on an answer that question %(other)s cannot have. Change the condition."
        )
    else:
        return
    yield Problem(key, sentence % here)


def _can_be_compared(asked: Question, part: Mapping[str, Any]) -> bool:
    if "answered" in part:
        return asked.asks
    if "is" in part:
        return asked.type in WITH_OPTIONS and asked.option(part["is"]) is not None
    return asked.type == Type.NUMBER

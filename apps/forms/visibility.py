"""When a question is shown: conditions over the answers to earlier questions. Pure functions.

A condition is one of

    {"question": KEY, "is": OPTION}             the answer is this option (of a choice, or one of several choices)
    {"question": KEY, "answered": true}         there is an answer
    {"question": KEY, "at_least": N}            the number is N or more; `at_most` likewise
    {"all": [CONDITION, ...]}, {"any": [CONDITION, ...]}, {"not": CONDITION}

A question that is hidden counts as not answered, and a comparison with a missing answer is false.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from apps.forms.definition import Definition, Json

COMPARISONS = ("is", "answered", "at_least", "at_most")
MOST_PARTS, MOST_DEPTH = 50, 6  # of one condition


def holds(condition: Json, answers: Mapping[str, Any]) -> bool:
    """Whether the condition holds for these answers; no condition always does."""
    if condition is None:
        return True
    if "all" in condition:
        return all(holds(one, answers) for one in condition["all"])
    if "any" in condition:
        return any(holds(one, answers) for one in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], answers)
    return _compared(condition, answers.get(condition["question"]))


def _compared(condition: Mapping[str, Any], answer: Any) -> bool:
    if "answered" in condition:
        return bool((answer is not None) == condition["answered"])
    if answer is None:
        return False
    if "is" in condition:
        return bool(condition["is"] in answer if isinstance(answer, list) else condition["is"] == answer)
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return False
    return bool(answer >= condition["at_least"] if "at_least" in condition else answer <= condition["at_most"])


def shown_keys(definition: Definition, answers: Mapping[str, Any]) -> frozenset[str]:
    """The keys of the questions that are shown with these answers; in the order of the form, each once."""
    seen: dict[str, Any] = {}
    shown = set()
    for section in definition.sections:
        if not holds(section.visible_if, seen):
            continue
        for question in section.questions:
            if holds(question.visible_if, seen):
                shown.add(question.key)
                if question.key in answers:
                    seen[question.key] = answers[question.key]
    return frozenset(shown)


def parts(condition: Json) -> Iterator[Mapping[str, Any]]:
    """The comparisons in a condition."""
    if condition is None:
        return
    if "not" in condition:
        yield from parts(condition["not"])
    elif "all" in condition or "any" in condition:
        for one in condition.get("all", condition.get("any")):
            yield from parts(one)
    else:
        yield condition


def asked_of(condition: Json) -> set[str]:
    """The keys of the questions that a condition is about."""
    return {one["question"] for one in parts(condition)}


def dependencies(definition: Definition) -> dict[str, set[str]]:
    """For each question: those on which it depends, by its own condition or that of its section."""
    return {
        question.key: asked_of(section.visible_if) | asked_of(question.visible_if)
        for section in definition.sections
        for question in section.questions
    }


def in_circle(definition: Definition) -> list[str]:
    """The keys of the questions that depend on themselves, directly or over others: none of them can be shown."""
    needs = dependencies(definition)
    return [key for key in needs if key in _reached(key, needs)]


def _reached(key: str, needs: Mapping[str, Collection[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(needs[key])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(needs.get(one, ()))
    return found

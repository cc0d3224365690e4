"""The forms that come with the portal: each is valid, complete in Danish, and goes out and comes back without loss."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from apps.forms.answers import Answers, final, missing, read
from apps.forms.comparison import compare
from apps.forms.definition import canonical, to_json
from apps.forms.kinds import Type
from apps.forms.parsing import from_text
from apps.forms.rules import obstacles_to_publishing
from apps.forms.shipped_forms import SHIPPED, shipped, text_of
from tests.unit.forms.samples import filled


@pytest.mark.parametrize("name", SHIPPED)
def test_it_round_trips_and_can_be_published(name: str) -> None:
    definition = shipped(name)
    assert to_json(definition) == json.loads(text_of(name))
    assert from_text(canonical(definition)) == definition
    assert obstacles_to_publishing(definition) == []
    assert compare(definition, definition) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_text_is_there_in_english_and_danish(name: str) -> None:
    assert {frozenset(one) for one in texts(to_json(shipped(name)))} == {frozenset({"en", "da"})}


def texts(found: Any) -> Iterator[dict[str, str]]:
    if isinstance(found, dict) and "en" in found:
        yield found
    else:
        for one in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
            yield from texts(one)


@pytest.mark.parametrize("name", SHIPPED)
def test_it_can_be_filled_in(name: str) -> None:
    definition = shipped(name)
    sent = filled(definition)
    read_answers = read(definition, sent, {})
    attached = {one.key: sent[one.key] for one in definition.questions() if one.type == Type.FILE}
    answers = Answers({**read_answers.valid, **attached}, read_answers.typed)
    assert answers.typed == {}
    assert missing(definition, answers) == {}
    assert final(definition, answers)["answers"]
    assert missing(definition, read(definition, {}, {}))  # control: without answers something is missing


POINTS = {
    "ehds-access-application": [*(f"EHDS 67(2)({point})" for point in "abcdefghijk"), "EHDS 67(4)"],
    "ehds-data-request": [f"EHDS 69(2)({point})" for point in "abcdefg"],
}


@pytest.mark.parametrize("name", POINTS)
def test_each_point_of_the_article_has_a_question(name: str) -> None:
    """Regulation (EU) 2025/327, Articles 67(2), 67(4) and 69(2)."""
    questions = [one for one in shipped(name).questions() if one.asks]
    mapped = {point: [one.key for one in questions if point in one.refers_to] for point in POINTS[name]}
    assert [point for point, keys in mapped.items() if not keys] == []
    assert {point for one in questions for point in one.refers_to} == set(mapped)  # and no question names another point


def test_the_two_ehds_forms_ask_shared_questions_once() -> None:
    """Public information, applicant and payment have one shape in both."""
    names = [{one.field_name for one in shipped(name).questions()} for name in POINTS]
    assert len(names[0] & names[1]) >= 25

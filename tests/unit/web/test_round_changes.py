"""What changed between two rounds, and with which round a reader compares."""

from datetime import date

import pytest

from apps.access_requests.models import Round
from apps.web.round_changes import compared_with
from apps.web.word_rows import changed_words, text_of

ROUNDS = [Round(number=number) for number in (4, 3, 2, 1)]


@pytest.mark.parametrize(
    ("voted", "number", "voted_then"),
    [((), 3, False), ((4,), 3, False), ((1,), 1, True), ((1, 2, 4), 2, True), ((3,), 3, True)],
)
def test_a_member_compares_with_the_last_earlier_round_in_which_they_voted(
    voted: tuple[int, ...], number: int, voted_then: bool
) -> None:
    found, then = compared_with(ROUNDS, {one.pk for one in ROUNDS if one.number in voted})
    assert found is not None
    assert (found.number, then) == (number, voted_then)


def test_a_first_round_is_compared_with_nothing() -> None:
    assert compared_with(ROUNDS[-1:], {ROUNDS[-1].pk}) == (None, False)


def test_what_is_compared_may_be_a_text_its_lines_a_day_or_nothing() -> None:
    assert [text_of(one) for one in ("a", ("a", "b"), ["a"], None)] == ["a", "a\nb", "a", ""]
    assert "2027" in text_of(date(2027, 6, 30))


def test_the_component_knows_the_same_words_and_what_is_too_long() -> None:
    assert changed_words("one two", "one\ntwo")["same"]
    shown = changed_words("one two", "one three")
    assert [one.was for one in shown["pieces"]] == ["kept", "removed", "added"] and not shown["same"]
    assert changed_words("a" * 10_000_000, "b")["pieces"] is None

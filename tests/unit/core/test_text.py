"""What of a text can be seen."""

import pytest

from apps.core.text import is_blank, is_hidden, seen_length


@pytest.mark.parametrize(
    "text", ["", " \u00a0\u3000", "\u200b\ufeff\u2060", "\u00ad", "\u2800\u3164", "\u200d", "\x00\n", "\u202e"]
)
def test_what_shows_nothing_says_nothing(text: str) -> None:
    assert is_blank(text)
    assert seen_length(text) == 0


@pytest.mark.parametrize("text", [".", "\u200ba", "👩\u200d🔬", "می\u200cخواهم", "\u202eabc", "e\u0301"])
def test_one_thing_to_be_seen_is_enough(text: str) -> None:
    assert not is_blank(text)


def test_the_length_is_what_a_reader_sees() -> None:
    assert seen_length("  two words\u200b\u200b \n") == len("two words")


def test_joiners_belong_to_the_writing_and_direction_marks_do_not() -> None:
    assert not is_hidden("\u200d")
    assert not is_hidden("\u200c")
    assert is_hidden("\u202e")

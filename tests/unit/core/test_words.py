"""Two texts compared word by word."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import words
from apps.core.words import Was, compare_words


def _said(before: str, after: str) -> list[tuple[str, str]]:
    return [(one.was.value, one.text.strip()) for one in compare_words(before, after) or ()]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("", "", []),
        ("", "All new.", [("added", "All new.")]),
        ("All gone.", "", [("removed", "All gone.")]),
        ("The same words.", "The  same\nwords.", [("kept", "The  same\nwords.")]),
        (
            "We compare two therapies in women.",
            "We compare three therapies in women.",
            [("kept", "We compare"), ("removed", "two"), ("added", "three"), ("kept", "therapies in women.")],
        ),
        ("The end.", "The end. And more.", [("kept", "The end."), ("added", "And more.")]),
        ("Breast cancer", "Lung images", [("removed", "Breast cancer"), ("added", "Lung images")]),
    ],
)
def test_what_differs_is_named_in_reading_order(before: str, after: str, said: list[tuple[str, str]]) -> None:
    assert _said(before, after) == said


def test_a_shared_comma_does_not_cut_a_rewritten_sentence_in_two() -> None:
    found = _said("Keep this: one, two stay", "Keep this: three, four stay")
    assert found == [("kept", "Keep this:"), ("removed", "one, two"), ("added", "three, four"), ("kept", "stay")]


def test_texts_that_have_little_in_common_are_shown_one_after_the_other() -> None:
    found = _said("a b c d e f x g h i j k", "m n o p q r x s t u v w")
    assert [was for was, _text in found] == ["removed", "added"]


def test_a_long_unchanged_part_is_folded_and_nothing_of_it_is_lost() -> None:
    same = [f"w{number}" for number in range(200)]
    before, after = " ".join(["old", *same, "old"]), " ".join(["new", *same, "new"])
    pieces = compare_words(before, after) or []
    assert [one.was for one in pieces] == [
        Was.REMOVED, Was.ADDED, Was.KEPT, Was.FOLDED, Was.KEPT, Was.REMOVED, Was.ADDED
    ]  # fmt: skip
    assert [one.words for one in pieces[2:5]] == [words.BESIDE, 200 - 2 * words.BESIDE, words.BESIDE]
    assert "".join(one.text for one in pieces if one.was != Was.REMOVED) == after


def test_an_unchanged_text_is_not_folded() -> None:
    same = "word " * 500
    assert [one.was for one in compare_words(same, same) or ()] == [Was.KEPT]


def test_one_changed_word_in_a_very_long_text_is_found_at_once() -> None:
    text = "word " * 50_000
    pieces = compare_words(text + "old " + text, text + "new " + text) or []
    assert [one.text.strip() for one in pieces if one.was in (Was.REMOVED, Was.ADDED)] == ["old", "new"]


def test_texts_that_are_too_long_are_not_compared() -> None:
    assert compare_words("a" * 10_000_000, "b") is None
    many = [" ".join(f"{first}{number}" for number in range(words.MOST_WORDS + 1)) for first in "ab"]
    assert compare_words(*many) is None


@pytest.mark.parametrize("vocabulary", [2, 100, 4_000])
def test_the_longest_comparison_has_a_bound(vocabulary: int) -> None:
    texts = [" ".join(str(number * step % vocabulary) for number in range(words.MOST_WORDS)) for step in (7, 11)]
    start = process_time()
    assert compare_words(*texts) is not None
    assert process_time() - start < 2  # 0.05 s here


@given(st.text(alphabet="ab ,.\n", max_size=60), st.text(alphabet="ab ,.\n", max_size=60))
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = compare_words(before, after)
    assert pieces is not None
    new = [one.text for one in pieces if one.was != Was.REMOVED]
    old = [one.text for one in pieces if one.was != Was.ADDED]
    assert ["".join(each.split()) for each in ("".join(new), "".join(old))] == [
        "".join(each.split()) for each in (after, before)
    ]

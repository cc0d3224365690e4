"""What of a text can be seen."""

import re
import unicodedata

import pytest

from apps.core.errors import Invalid
from apps.core.text import NEVER_STORED, check_typed, given, is_blank, is_hidden, seen_length, typed


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


# ------------------------------------------------------------------------------------------------- what people typed
REFUSED = {
    "right-to-left override": "\u202e",
    "left-to-right embedding": "\u202a",
    "isolate": "\u2066",
    "right-to-left mark": "\u200f",
    "Arabic direction mark": "\u061c",
    "bell": "\x07",
    "escape": "\x1b",
    "C1 control": "\x9b",
    "tag": "\U000e0041",
    "language tag": "\U000e0001",
    "private use": "\ue000",
    "noncharacter": "\ufdd0",
    "annotation": "\ufff9",
}
REMOVED = "\u00ad\u200b\u2060\u2063\ufeff\u034f"
NEEDED = {
    "Persian": "می\u200cخواهم",
    "Devanagari": "क्\u200dष",
    "Sinhala": "ශ්\u200dරී",
    "family emoji": "👩\u200d🔬",
    "emoji with skin tone": "👩🏽\u200d⚕\ufe0f",
    "red heart": "❤\ufe0f",
    "keycap": "1\ufe0f\u20e3",
    "flag": "🇩🇰",
    "Han variant": "葛\U000e0100",
    "Arabic number sign": "\u0600١",
    "lines and tabs": "a\n\tb",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_direction_mark_or_control_is_refused_at_its_field(name: str) -> None:
    """Case 9: the sentence names the character and the text before it."""
    with pytest.raises(Invalid) as refusal:
        typed(f"The study{REFUSED[name]} of", field="title")
    assert set(refusal.value.fields) == {"title"}
    assert f"U+{ord(REFUSED[name]):04X}" in refusal.value.sentence
    assert "The study" in refusal.value.sentence
    assert not any(is_hidden(c) for c in refusal.value.sentence)


@pytest.mark.parametrize("name", REFUSED)
def test_a_text_nobody_can_correct_is_cleaned(name: str) -> None:
    """Case 9: a name from a provider."""
    assert given(f"Ingrid{REFUSED[name]} Holm") == "Ingrid Holm"


@pytest.mark.parametrize("character", REMOVED)
def test_a_character_that_changes_nothing_is_removed(character: str) -> None:
    assert typed(f"{character}breast{character}cancer{character}") == "breastcancer"


@pytest.mark.parametrize("name", NEEDED)
def test_what_a_script_needs_stays(name: str) -> None:
    """Control: the same rule does not damage the names of people."""
    assert typed(NEEDED[name]) == given(NEEDED[name]) == unicodedata.normalize("NFC", NEEDED[name])


@pytest.mark.parametrize("text", ["ab\u200dcd", "ab\u200ccd", "\u200dab", "x\ufe0f", "می\u200c و", "x\U000e0100"])
def test_a_joiner_that_joins_nothing_is_removed(text: str) -> None:
    assert typed(text) == "".join(c for c in text if c not in "\u200c\u200d\ufe0f\U000e0100")


def test_a_text_has_one_form() -> None:
    assert typed("Kjær e\u0301\r\nb\u2028c\x0bd") == "Kjær é\nb\nc\nd"


def test_every_field_with_a_hidden_character_is_named() -> None:
    with pytest.raises(Invalid) as refusal:
        check_typed(title="a\u202eb", purpose="fine", reason="\u2066")
    assert set(refusal.value.fields) == {"title", "reason"}
    check_typed(title="fine", purpose="")


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses_it_too(name: str) -> None:
    """The constraint `seen_text` is the same rule, as far as one expression can say it."""
    refused = re.compile(NEVER_STORED).search(REFUSED[name]) is not None
    assert refused or name == "noncharacter"
    assert not any(re.compile(NEVER_STORED).search(text) for text in NEEDED.values())


@pytest.mark.parametrize("hidden", ["\u115f", "\u1160", "\u17b4", "\u17b5", "\u180b", "\u180c", "\u180d", "\u180f"])
def test_marks_and_fillers_that_show_nothing_are_removed_where_no_script_needs_them(hidden: str) -> None:
    """Case 4: they are letters or marks to Unicode, and are hashed and signed without being seen."""
    assert typed(f"We com{hidden}pare{hidden}{hidden}.") == "We compare."
    assert given(f"Ann{hidden}a") == "Anna"


def test_marks_and_fillers_stay_where_a_script_needs_them_and_a_lone_filler_is_a_space() -> None:
    for needed in ("\u182d\u180b", "\u1100\u1160\u11a8", "\u115f\u1161"):
        assert typed(needed) == needed
    assert typed("one\u3164two\uffa0three") == "one two three"

"""The check of retired words: what it finds in each kind of place, and the ordinary English that it leaves alone.

Retired words are written in two halves here, so that this file does not contain them.
"""

import shutil
from pathlib import Path

import pytest

from tests.checks.planting import ROOT, Fault
from tests.checks.source import files
from tests.checks.vocabulary import EXCEPTIONS, GLOSSARY, NAMES, WORDS, Piece, found_in, rows, vocabulary

FIRST, SECOND, THIRD = "se" + "at", "be" + "nch", "de" + "sk"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A tree with nothing but the glossary."""
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / GLOSSARY, tmp_path / GLOSSARY)
    return tmp_path


PLACES = {
    "a message": ("apps/grants/rules.py", f"_('You need a {FIRST}.')", "text"),
    "a template": ("templates/planted.html", f"<p class='x'>A {FIRST}</p>", "text"),
    "a class of a style sheet": ("static/css/base.css", f".{FIRST}-list {{}}", "text"),
    "a function": ("apps/grants/rules.py", f"def give_{FIRST}(): ...", "name"),
    "a class": ("apps/grants/rules.py", f"class Open{FIRST.title()}: ...", "name"),
    "an argument": ("apps/grants/rules.py", f"def give(*, {FIRST}=1): ...", "name"),
    "an attribute": ("apps/grants/rules.py", f"def give(row):\n    row.{FIRST} = 1", "name"),
    "a variable": ("apps/grants/rules.py", f"{FIRST} = 1", "name"),
    "a keyword": ("apps/grants/rules.py", f"dict({FIRST}=1)", "name"),
    "a test": ("tests/unit/people/test_people.py", f"def test_a_{FIRST}_ends(): ...", "name"),
    "a kind of event": ("apps/audit/kinds.py", f"KIND = '{FIRST}.given'", "name"),
    "a constraint": ("apps/grants/models.py", f"dict(name='{FIRST}_once')", "name"),
    "a docstring": ("apps/grants/rules.py", f'def f():\n    """A {FIRST}."""', "docstring"),
    "a comment": ("apps/grants/rules.py", f"# a {FIRST}", "comment"),
    "the docs": ("docs/for-owners.md", f"A {FIRST}.", "docs"),
    "the README": ("README.md", f"A {FIRST}.", "docs"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_retired_word_is_found_in_every_kind_of_place(place: str, small: Path) -> None:
    path, text, kind = PLACES[place]
    Fault(path, text, says="").plant(small)
    found = vocabulary(small)
    assert any(f"{kind}: '{FIRST}'" in finding.lower() for finding in found), found


@pytest.mark.parametrize(
    "name",
    [
        f"apps/grants/{SECOND}.py",
        f"templates/committee/{THIRD}.html",
        f"docs/{THIRD}.md",
        "apps/grants/law" + "_links.py",
    ],
)
def test_a_file_name_is_looked_at(name: str, small: Path) -> None:
    Fault(name, "", says="").plant(small)
    assert [one for one in vocabulary(small) if one.startswith(f"{name}:1: file name: ")]


@pytest.mark.parametrize("name", ["to" + "ld", "stan" + "ding", "Refu" + "sal", "law" + "_of_links", "be" + "lieve"])
def test_a_retired_name_is_found_although_a_sentence_may_use_it(name: str) -> None:
    text = (ROOT / GLOSSARY).read_text(encoding="utf-8")
    found = [
        list(found_in(Piece("x.py", 1, kind, name), rows(text, WORDS), rows(text, NAMES)))
        for kind in ("name", "comment")
    ]
    assert [len(one) for one in found] == [1, 0]


def test_a_phrase_over_two_lines_is_found_with_the_line_it_starts_on() -> None:
    text = (ROOT / GLOSSARY).read_text(encoding="utf-8")
    piece = Piece("x.md", 7, "docs", "Access is\nin\n  fo" + "rce.")
    assert [one.split(" is retired")[0] for one in found_in(piece, rows(text, WORDS), ())] == [
        "x.md:8: docs: 'in fo" + "rce'"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "the rest of the files", "a password", "behind a proxy", "healthcare", "open access", "hold the lock",
        "tell the person", "a two-letter code", "lower-case letters", "letter-spacing", "`make " + SECOND + "`",
        "a benchmark", "the holder of a visa", "understanding", "outstanding", "workbench", "kept for a year",
        "the first word", "it begins on Monday", "who asked the question", "a deskilled name",
    ],
)  # fmt: skip
def test_ordinary_english_is_not_found(text: str) -> None:
    glossary = (ROOT / GLOSSARY).read_text(encoding="utf-8")
    assert list(found_in(Piece("x.md", 1, "docs", text), rows(glossary, WORDS), rows(glossary, NAMES))) == []


def test_every_row_of_both_tables_is_read() -> None:
    """Control: a table whose form has changed would be read as empty."""
    text = (ROOT / GLOSSARY).read_text(encoding="utf-8")
    assert len(rows(text, WORDS)) > 50
    assert len(rows(text, NAMES)) > 40


def test_every_exception_is_still_needed() -> None:
    text = (ROOT / GLOSSARY).read_text(encoding="utf-8")
    words = rows(text, WORDS)
    for end, found, why in EXCEPTIONS:
        texts = [(ROOT / path).read_text(encoding="utf-8") for path in files(ROOT) if path.as_posix().endswith(end)]
        assert any(row.pattern.fullmatch(found) for row in words), found
        assert any(found in one for one in texts), f"{end}: {why}"

"""Tests name ids of docs/threat-model.md.

Each id about sign-in, sessions, tokens and links has a test, and each id that a test names has a sentence there.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

REQUIRED = [f"T{number}" for number in range(23, 58)]
THREAT_MODEL = "docs/threat-model.md"
IDENTIFIER = re.compile(r"\b[TLRI]\d{1,3}\b")
IN_A_NAME = re.compile(r"(?<=_)[tlri]\d{1,3}(?=_)")
ROW = re.compile(r"^\| ([TLRI]\d{1,3}) \|(.*)\|$", re.MULTILINE)


def named(root: Path) -> dict[str, list[str]]:
    """For each id, the tests whose own name or docstring contains it. Comments and helpers do not count."""
    found = defaultdict(list)
    for path in sorted((root / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                text = " ".join(IN_A_NAME.findall(node.name)).upper() + " " + (ast.get_docstring(node) or "")
                for one in set(IDENTIFIER.findall(text)):
                    found[one].append(f"{path.name}: {node.name}")
    return found


def explained(root: Path) -> set[str]:
    """The ids that have a row with a sentence in the threat model."""
    rows = ROW.findall((root / THREAT_MODEL).read_text(encoding="utf-8"))
    return {identifier for identifier, text in rows if text.strip(" |")}


def without_test(root: Path) -> list[str]:
    """The required ids that no test names."""
    known = named(root)
    return [one for one in REQUIRED if one not in known]


def without_sentence(root: Path) -> list[str]:
    """The ids that a test names and the threat model does not explain, each with its first test."""
    known = explained(root)
    return [f"{one} ({tests[0]})" for one, tests in sorted(named(root).items()) if one not in known]


def test_every_id_of_sign_in_tokens_and_links_is_named_by_a_test(root: Path) -> None:
    assert without_test(root) == []


def test_every_id_that_a_test_names_has_a_sentence_in_the_threat_model(root: Path) -> None:
    assert without_sentence(root) == []


def test_no_id_has_two_rows_in_the_threat_model(root: Path) -> None:
    rows = [identifier for identifier, _ in ROW.findall((root / THREAT_MODEL).read_text(encoding="utf-8"))]
    assert sorted(rows) == sorted(set(rows))


def test_an_id_that_no_test_names_is_missed(root: Path, tmp_path: Path) -> None:
    """The control: the same tests without one of the ids, and tests that only seem to name it."""
    for path in (root / "tests").rglob("test_*.py"):
        copy = tmp_path / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(re.sub(r"\bT39\b|(?<=_)t39(?=_)", "T0", path.read_text(encoding="utf-8")), encoding="utf-8")
    planted = '"""T39."""\n# T39\ndef helper():\n    """T39."""\ndef test_it():\n    """T390."""\n    what = "T39"\n'
    (tmp_path / "tests/test_planted.py").write_text(planted, encoding="utf-8")
    assert set(without_test(tmp_path)) == {"T39", *without_test(root)}


def test_an_id_without_a_sentence_is_found(root: Path, tmp_path: Path) -> None:
    """The control: a row without a sentence, a row that was removed, an id that is new."""
    (tmp_path / "tests").mkdir()
    planted = 'def test_one():\n    """T1, T2, L4."""\ndef test_r99_two():\n    """T3: a table | T4 | in the text."""\n'
    (tmp_path / "tests/test_planted.py").write_text(planted, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    text = (root / THREAT_MODEL).read_text(encoding="utf-8")
    text = re.sub(r"^\| T2 \|.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\| L4 \|.*\|$", "| L4 | | |", text, flags=re.MULTILINE)
    (tmp_path / THREAT_MODEL).write_text(text, encoding="utf-8")
    assert [one.split()[0] for one in without_sentence(tmp_path)] == ["L4", "R99", "T2"]

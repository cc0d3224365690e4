"""Every requirement on sign-in, sessions, tokens and links has a test that names its id."""

import ast
import re
from collections import defaultdict
from pathlib import Path

ASKED = [f"T{number}" for number in range(23, 58)]


def named(root: Path) -> dict[str, list[str]]:
    """For each id, the tests whose own name or docstring says it; a comment or a helper shows nothing."""
    found = defaultdict(list)
    for path in sorted((root / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                said = " ".join(re.findall(r"t\d+(?=_)", node.name)).upper() + " " + (ast.get_docstring(node) or "")
                for one in set(re.findall(r"\bT\d+\b", said)):
                    found[one].append(f"{path.name}: {node.name}")
    return found


def unasked(root: Path) -> list[str]:
    known = named(root)
    return [one for one in ASKED if one not in known]


def test_every_id_of_sign_in_tokens_and_links_is_named_by_a_test(root: Path) -> None:
    assert unasked(root) == []


def test_an_id_that_no_test_names_is_missed(root: Path, tmp_path: Path) -> None:
    """The control: the same tests without one of the ids, and tests that only seem to name it."""
    for path in (root / "tests").rglob("test_*.py"):
        copy = tmp_path / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(re.sub(r"\bT39\b|(?<=_)t39(?=_)", "T0", path.read_text(encoding="utf-8")), encoding="utf-8")
    planted = '"""T39."""\n# T39\ndef helper():\n    """T39."""\ndef test_it():\n    """T390."""\n    what = "T39"\n'
    (tmp_path / "tests/test_planted.py").write_text(planted, encoding="utf-8")
    assert set(unasked(tmp_path)) == {"T39", *unasked(root)}

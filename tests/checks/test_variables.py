"""docs/for-operators.md lists exactly the environment variables that the code reads."""

import re
from pathlib import Path

from portal.settings.environment import SECRETS
from tests.checks.variables import read_by_the_code

SECTION = re.compile(r"^## Environment\n(.*?)^## ", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"`([A-Z][A-Z0-9_]+)`")


def listed(page: str) -> set[str]:
    """The names in the first column of the table, and NAME_FILE for each that is marked as a secret."""
    section = SECTION.search(page)
    assert section is not None
    rows = [row.split("|") for row in section[1].splitlines() if row.startswith("| `")]
    names = {name: "secret" in row[2] for row in rows for name in NAME.findall(row[1])}
    return set(names) | {f"{name}_FILE" for name, is_secret in names.items() if is_secret}


def test_the_variables_of_the_docs_are_those_of_the_code(root: Path) -> None:
    """Case 42: five variables that nothing reads were listed, and three that are read were not."""
    page = (root / "docs/for-operators.md").read_text(encoding="utf-8")
    assert listed(page) == read_by_the_code(root)


def test_a_wrong_list_is_found(root: Path) -> None:
    """The control."""
    page = "## Environment\n| `SECRET_KEY` | secret: signs | | |\n| `NOTHING` | x | | |\n## Start\n"
    assert listed(page) == {"SECRET_KEY", "SECRET_KEY_FILE", "NOTHING"}
    assert listed(page) - read_by_the_code(root) == {"NOTHING"}
    assert "LINK_KEYS" in read_by_the_code(root) - listed(page)
    assert read_by_the_code(root) > SECRETS

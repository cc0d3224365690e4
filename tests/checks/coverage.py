"""What opens or refuses access is tested to the last line and branch."""

import fnmatch
import json
import tomllib
from pathlib import Path
from typing import Any


def complete(root: Path, report: Path) -> list[str]:
    """The files that pyproject.toml names under [tool.gatehouse.coverage] and that the tests do not cover in full."""
    with (root / "pyproject.toml").open("rb") as file:
        patterns = tomllib.load(file)["tool"]["gatehouse"]["coverage"]["complete"]
    covered: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["files"]
    wanted = {path: facts for path, facts in covered.items() if any(fnmatch.fnmatch(path, p) for p in patterns)}
    if not wanted:
        return [f"{report.name} knows none of {', '.join(patterns)}"]
    return [finding for path, facts in sorted(wanted.items()) for finding in _gaps(path, facts)]


def _gaps(path: str, facts: dict[str, Any]) -> list[str]:
    lines = [f"{path}:{line}: never run by a test" for line in facts["missing_lines"]]
    return lines + [
        f"{path}:{start}: never goes on to {f'line {end}' if end else 'the end of the function'}"
        for start, end in facts.get("missing_branches", [])
    ]

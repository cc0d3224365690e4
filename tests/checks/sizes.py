"""Files and functions stay short enough to read."""

import ast
from pathlib import Path

from tests.checks.source import Source, sources

FILE_FAILS = 400
FUNCTION_FAILS = 40


def sizes(root: Path) -> list[str]:
    """Files over 400 lines and functions over 40."""
    return [finding for file in sources(root) for finding in (*_long_file(file), *_long_functions(file))]


def _long_file(file: Source) -> list[str]:
    lines = file.text.count("\n")
    return [f"{file.path}: {lines} lines; a file stays under {FILE_FAILS}"] if lines > FILE_FAILS else []


def _long_functions(file: Source) -> list[str]:
    found = []
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_FAILS:
                found.append(file.at(node, f"{node.name} has {lines} lines; a function stays under {FUNCTION_FAILS}"))
    return found

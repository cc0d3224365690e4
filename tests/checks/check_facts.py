"""Each fact has one place: what may only be written there, and is found when a second copy appears."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.checks.source import Source, calls, dotted, sources

DECISIONS = "apps/committees/decisions.py"
FIELDS = "apps/access_requests/fields.py"
FIELD_NAMES = {"purpose", "public_summary"}  # the two of them together are a list of a request's fields
NAMED_ELSEWHERE = {
    "tests/acceptance/": "plays people who fill in the form over HTTP",
    "tests/checks/check_facts.py": "names them to find them",
}
IN_A_TEMPLATE = re.compile(r"{%[^%]*\bif\b[^%]*\bquorum\b")


def facts(root: Path) -> list[str]:
    """Each second copy of a fact, with the place where the fact is."""
    return [*_decision_rule(root), *_request_fields(root)]


def _decision_rule(root: Path) -> Iterator[str]:
    """Votes or voters compared with a quorum anywhere but in the decision rule. `quorum >= 1` is no such comparison."""
    remedy = f"a count compared with a quorum: ask a Decision ({DECISIONS})"
    for file in sources(root):
        if file.path.as_posix() != DECISIONS:
            yield from (file.at(node, remedy) for node in _weighing_a_quorum(file))
    for path in sorted((root / "templates").rglob("*.html")):
        if IN_A_TEMPLATE.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(root)}: {remedy}"


def _request_fields(root: Path) -> Iterator[str]:
    """A list of the fields of a request anywhere but in their table."""
    for file in sources(root):
        place = file.path.as_posix()
        if place != FIELDS and not place.startswith(tuple(NAMED_ELSEWHERE)):
            for node in ast.walk(file.tree):
                if _listed(node) >= FIELD_NAMES:
                    yield file.at(node, f"a list of a request's fields: read {FIELDS}")


def _listed(node: ast.AST) -> set[str]:
    """The texts in a written list, tuple or set, the keys of a dictionary, the names of what a call is given."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return {str(one.value) for one in node.elts if isinstance(one, ast.Constant)}
    if isinstance(node, ast.Dict):
        return {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    if isinstance(node, ast.Call):
        return {word.arg for word in node.keywords if word.arg}
    return set()


def _weighing_a_quorum(file: Source) -> Iterator[ast.AST]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Compare) and _is_weighed([node.left, *node.comparators]):
            yield node
    for call in calls(file.tree):
        if dotted(call.func) in {"max", "min"} and _is_weighed(call.args):
            yield call
        yield from (word for word in call.keywords if _looks_up_quorum(word))


def _is_weighed(sides: list[ast.expr]) -> bool:
    return any(_names_quorum(side) for side in sides) and not any(isinstance(side, ast.Constant) for side in sides)


def _names_quorum(side: ast.expr) -> bool:
    """`quorum`, `committee.quorum`, `given["quorum"]`, `F("quorum")` and sums of these."""
    return any(
        (isinstance(node, ast.Name) and node.id == "quorum")
        or (isinstance(node, ast.Attribute) and node.attr == "quorum")
        or (isinstance(node, ast.Constant) and str(node.value).split("__")[-1] == "quorum")
        for node in ast.walk(side)
    )


def _looks_up_quorum(word: ast.keyword) -> bool:
    """`filter(committee__quorum__gt=F("voters"))`, and `filter(voters__gte=F("quorum"))`."""
    weighed = word.arg is not None and re.search(r"(?:^|__)quorum__[gl]te?$", word.arg)
    compared = word.arg is not None and re.search(r"__[gl]te?$", word.arg) and _names_quorum(word.value)
    return bool(weighed and not isinstance(word.value, ast.Constant)) or bool(compared)

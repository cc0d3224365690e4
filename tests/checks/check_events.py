"""Every kind of event has its whole row and is recorded somewhere; consequences and messages name only such kinds."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.checks.source import Source, calls, dotted, source, sources

KINDS = "apps/audit/kinds.py"
CONSEQUENCES = "portal/consequences.py"
MESSAGES = "apps/notifications/messages"
ROW = 5  # code, group, icon, tone, sentence


def events(root: Path) -> list[str]:
    """Kinds without a whole row or never recorded; rows of the two tables about no kind, or that say nothing."""
    kinds, recorded, flow = declared(root), recorded_kinds(root), source(root, CONSEQUENCES)
    findings = [f"{KINDS}: nothing records Kind.{kind}" for kind in sorted(set(kinds) - recorded)]
    findings += [f"{KINDS}: Kind.{kind} is recorded but not declared" for kind in sorted(recorded - set(kinds))]
    findings += [
        f"{KINDS}: Kind.{kind} has no full row: code, group, icon, tone, sentence"
        for kind, value in kinds.items()
        if not (isinstance(value, ast.Tuple) and len(value.elts) == ROW)
    ]
    tables = [(file, "MESSAGES") for file in sources(root, MESSAGES)] + ([(flow, "CONSEQUENCES")] if flow else [])
    findings += [finding for file, name in tables for finding in _faults(file, name, set(kinds))]
    return findings + [finding for file in sources(root, MESSAGES) for finding in _notes_without_words(file)]


def declared(root: Path) -> dict[str, ast.expr]:
    """The members of `class Kind` in the audit app, each with its value."""
    file = source(root, KINDS)
    classes = [node for node in ast.walk(file.tree) if isinstance(node, ast.ClassDef)] if file else []
    bodies = [node.body for node in classes if node.name == "Kind"]
    return {
        target.id: statement.value
        for body in bodies
        for statement in body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


def _faults(file: Source, name: str, kinds: set[str]) -> Iterator[str]:
    """What is wrong in a table such as CONSEQUENCES or MESSAGES."""
    for key, value in table(file, name):
        for kind in _kinds(key):
            if kind not in kinds:
                yield file.at(key, f"{name} names Kind.{kind}, which does not exist")
            if name == "CONSEQUENCES" and not _changes_something(value):
                yield file.at(key, f"Kind.{kind} has a row without a consequence; messages need no row here")
            if name == "MESSAGES" and not _has_recipients_and_words(value):
                yield file.at(key, f"Kind.{kind} has a message without recipients or words")


def table(file: Source, name: str) -> list[tuple[ast.expr, ast.expr]]:
    """The rows of the dictionary of this name, as written."""
    for node in file.tree.body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        value, named = getattr(node, "value", None), {getattr(target, "id", "") for target in targets}
        if name in named and isinstance(value, ast.Dict):
            return [(key, row) for key, row in zip(value.keys, value.values, strict=True) if key is not None]
    return []


def _changes_something(value: ast.expr) -> bool:
    followers = {dotted(one) for one in value.elts} if isinstance(value, ast.List) else set()
    return bool(followers) and "notify" not in followers


def _has_recipients_and_words(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call) or len(value.args) != 2:
        return False
    recipients, words = value.args
    return bool(dotted(recipients)) and isinstance(words, ast.Dict) and bool(words.keys)


def _notes_without_words(file: Source) -> Iterator[str]:
    """Messages without a row in their topic; such a message would fail each time it is due."""
    rows = [row.args[1] for _kind, row in table(file, "MESSAGES") if isinstance(row, ast.Call) and len(row.args) == 2]
    words = {getattr(key, "value", "") for row in rows if isinstance(row, ast.Dict) for key in row.keys}
    for call in calls(file.tree):
        notification = call.args[1] if dotted(call.func) == "Note" and len(call.args) > 1 else None
        if isinstance(notification, ast.Constant) and notification.value not in words:
            yield file.at(call, f"a note names the words {notification.value!r}, which no message of this topic has")


def recorded_kinds(root: Path) -> set[str]:
    """The kinds that stand in a call of `record(...)`, also as one of two in a conditional expression."""
    return {
        kind
        for file in sources(root)
        for call in calls(file.tree)
        if dotted(call.func).split(".")[-1] == "record"
        for argument in [*call.args[:1], *(k.value for k in call.keywords if k.arg == "kind")]
        for kind in _kinds(argument)
    }


def _kinds(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and dotted(part.value).split(".")[-1] == "Kind":
            yield part.attr

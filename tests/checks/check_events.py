"""Every kind of event is recorded somewhere, and its consequence is in the flow or declared to be none."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.checks.source import calls, dotted, source, sources

RECORD = "apps/audit/record.py"
CONSEQUENCES = "portal/consequences.py"


def events(root: Path) -> list[str]:
    """Kinds that nobody records, that the flow does not know, or that are both quiet and in the flow."""
    kinds, quiet, flow = declared(root), members(root, RECORD, "QUIET"), members(root, CONSEQUENCES, "CONSEQUENCES")
    recorded = recorded_kinds(root)
    findings = [f"{RECORD}: nothing records Kind.{kind}" for kind in sorted(kinds - recorded)]
    findings += [f"{RECORD}: Kind.{kind} is recorded but not declared" for kind in sorted(recorded - kinds)]
    findings += [
        f"{CONSEQUENCES}: Kind.{kind} has no consequence in FLOW and is not in audit.record.QUIET"
        for kind in sorted(kinds - flow - quiet)
    ]
    findings += [f"{CONSEQUENCES}: Kind.{kind} is in FLOW and in audit.record.QUIET" for kind in sorted(flow & quiet)]
    return findings + [f"{CONSEQUENCES}: FLOW names Kind.{kind}, which does not exist" for kind in sorted(flow - kinds)]


def declared(root: Path) -> set[str]:
    """The members of `class Kind` in the audit app."""
    file = source(root, RECORD)
    classes = [node for node in ast.walk(file.tree) if isinstance(node, ast.ClassDef)] if file else []
    bodies = [node.body for node in classes if node.name == "Kind"]
    return {
        target.id
        for body in bodies
        for statement in body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


def members(root: Path, path: str, name: str) -> set[str]:
    """The kinds written in a table such as FLOW (its keys) or QUIET (its elements)."""
    file = source(root, path)
    for node in file.tree.body if file else []:
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        if isinstance(target, ast.Name) and target.id == name:
            value = getattr(node, "value", None)
            keys = value.keys if isinstance(value, ast.Dict) else [value]
            return {kind for key in keys if key is not None for kind in _kinds(key)}
    return set()


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

"""Only apps/core/workflow.py sets a state."""

import ast
import re
from pathlib import Path

from tests.checks.source import Source, calls, sources

THE_ONE = "apps/core/workflow.py"
SETTERS = {"update", "aupdate", "create", "acreate", "get_or_create", "update_or_create", "setdefault"}
LISTERS = {"bulk_update", "abulk_update", "bulk_create", "save", "asave"}
RAW = re.compile(r"\bSET\b[^;]*\bstate\b\s*=", re.IGNORECASE)


def states(root: Path) -> list[str]:
    """Each place besides the workflow that sets a state, whether by assignment, update or SQL."""
    remedy = "only core/workflow.py sets a state; take a step with .move(verb)"
    return [
        file.at(node, remedy) for file in sources(root) if file.path.as_posix() != THE_ONE for node in _setting(file)
    ]


def _setting(file: Source) -> list[ast.AST]:
    assigned = [node for node in ast.walk(file.tree) if _assigns(node)]
    called = [call for call in calls(file.tree) if _calls(call)]
    raw = [node for node in ast.walk(file.tree) if _is_text(node) and RAW.search(str(getattr(node, "value", "")))]
    return [*assigned, *called, *raw]


def _assigns(node: ast.AST) -> bool:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = [part for target in node.targets for part in _unpacked(target)]
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets)


def _unpacked(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, ast.Tuple | ast.List) else [target]


def _calls(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "setattr":
        return len(call.args) > 1 and _says_state(call.args[1])
    if name in SETTERS:
        return any(_keyword_sets_state(keyword) for keyword in call.keywords)
    if name in LISTERS:
        listed = [*call.args[1:], *(k.value for k in call.keywords if k.arg in {"fields", "update_fields"})]
        return any(_says_state(item) for values in listed for item in ast.walk(values))
    return False


def _keyword_sets_state(keyword: ast.keyword) -> bool:
    if keyword.arg == "state":
        return True
    inside = keyword.value if keyword.arg in {None, "defaults", "create_defaults"} else None
    return isinstance(inside, ast.Dict) and any(key is not None and _says_state(key) for key in inside.keys)


def _says_state(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == "state"


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)

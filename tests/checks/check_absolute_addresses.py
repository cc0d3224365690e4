"""Only apps/core/addresses.py makes an absolute address of the portal; everybody else asks it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.checks.source import NOT_OURS, Source, dotted, sources

ALLOWED = ("apps/core/addresses.py", "portal/settings/", "tests/checks/")
SETTING = "PORTAL_ADDRESS"
FROM_THE_REQUEST = {"build_absolute_uri", "absolutify", "get_current_site"}
REMEDY = "ask apps.core.addresses for an absolute address"
IN_A_TEMPLATE = re.compile(r"build_absolute_uri|get_host|request\.scheme|request\.get_|PORTAL_ADDRESS")


def absolute_addresses(root: Path) -> list[str]:
    """Each other place that reads the portal's address, or makes one from the host of a request."""
    code = [
        finding
        for file in sources(root)
        if not str(file.path).startswith(ALLOWED)
        for node in ast.walk(file.tree)
        for finding in _found(file, node)
    ]
    return code + [
        f"{path.relative_to(root)}: {match.group()}: {REMEDY}"
        for path in sorted((root / "templates").rglob("*"))
        if path.is_file() and not NOT_OURS & set(path.parts[len(root.parts) :])
        for match in IN_A_TEMPLATE.finditer(path.read_text(encoding="utf-8"))
    ]


def _found(file: Source, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and node.attr == SETTING:
        yield file.at(node, f"settings.{SETTING}: {REMEDY}")
    if isinstance(node, ast.Call):
        name = dotted(node.func).split(".")[-1] or getattr(node.func, "attr", "")
        if name in FROM_THE_REQUEST:
            yield file.at(node, f"{name}(): {REMEDY}")
        if name == "getattr" and any(isinstance(one, ast.Constant) and one.value == SETTING for one in node.args):
            yield file.at(node, f"{SETTING}: {REMEDY}")
    if isinstance(node, ast.JoinedStr | ast.BinOp) and _joins_a_host(node):
        yield file.at(node, f"get_host() joined to an address: {REMEDY}")


def _joins_a_host(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Call) and dotted(part.func).endswith("get_host") for part in ast.walk(node))

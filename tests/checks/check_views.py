"""Views are written in one way: who acts, how a refusal is shown, the order of decorators."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.checks.source import Source, dotted, sources

FOLDER = "apps/web"
SHARED = "apps/web/common/"
SETS_THE_ACTOR = "apps/web/sign_in/session_middleware.py"
SHOWN_BY_FORMS = {"Invalid", "DomainError"}
# apps/web/common/decorators.py says why.
ORDER = (
    {"sensitive_post_parameters", "writes"},
    {"require_safe", "require_POST", "require_page_or_form"},
    {"signed_in"},
    {"freshly_signed_in"},
    {"idempotent_form"},
)
METHODS = ORDER[1]
OTHER_METHODS = {"require_GET", "require_http_methods"}

Found = Iterator[tuple[ast.AST, str]]


def views(root: Path) -> list[str]:
    """Each place where a view does it in another way."""
    checks = (_user, _refusals, _decorators)
    files = list(sources(root, FOLDER))
    return [file.at(node, says) for file in files for check in checks for node, says in check(file)]


def _user(file: Source) -> Found:
    if file.path.as_posix() == SETS_THE_ACTOR:
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Attribute) and dotted(node) == "request.user":
            yield node, "request.user: read request.actor, which one middleware sets"


def _refusals(file: Source) -> Found:
    if file.path.as_posix().startswith(SHARED):
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            caught = {dotted(kind).rpartition(".")[2] for kind in kinds} & SHOWN_BY_FORMS
            if caught:
                yield node, f"except {min(caught)}: use FormRefusals or refusal_of of apps.web.common.forms"


def _decorators(file: Source) -> Found:
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        names = [_name(decorator) for decorator in node.decorator_list]
        places = [place for name in names for place, known in enumerate(ORDER) if name in known]
        if places != sorted(places):
            yield node, f"{node.name}: decorators in the order of apps/web/common/decorators.py"
        if OTHER_METHODS & set(names) or (places and not METHODS & set(names)):
            yield node, f"{node.name}: name the methods by one of {', '.join(sorted(METHODS))}"


def _name(decorator: ast.expr) -> str:
    return dotted(decorator.func if isinstance(decorator, ast.Call) else decorator).rpartition(".")[2]

"""What can be changed in a module, one thing at a time: each change is a mutant that a test should notice.

Only the bodies of functions and methods are changed. Texts for people, annotations and docstrings are left alone.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

SWAPPED_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
SWAPPED_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.FloorDiv: ast.Mult,
}  # fmt: skip
SWAPPED_LOOKUPS = {"lt": "lte", "lte": "lt", "gt": "gte", "gte": "gt"}
SWAPPED_NAMES = {"filter": "exclude", "exclude": "filter", "any": "all", "all": "any", "min": "max", "max": "min"}
CONDITIONS = {"filter", "exclude", "Q", "When"}  # calls whose arguments are conditions: each can be left out
TEXTS = {"_", "gettext", "ngettext", "pgettext", "gettext_lazy"}

Change = Callable[[ast.AST], ast.AST | None]  # the node to put in its place, or None to remove it


@dataclass(frozen=True)
class Mutant:
    """One change of one module: where it is, in words, and the changed module as a syntax tree."""

    path: Path
    line: int
    function: str
    change: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The mutant's name in the list of survivors; it does not contain the line, so that it lives on when lines move."""
        return f"{self.path}::{self.function}: {self.change}"


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of the module at `path`, in the order of its lines."""
    tree = ast.parse(path.read_text())
    for number, (node, function) in enumerate(_nodes(tree)):
        for choice, (change, _) in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            target = list(_nodes(changed))[number][0]
            replacement = _changes(target)[choice][1](target)
            if _put(changed, target, replacement):
                ast.fix_missing_locations(changed)
                line = getattr(node, "lineno", 0) or _line_of(node)
                yield Mutant(path, line, function, change, changed)


def functions_of(tree: ast.Module, path: Path) -> dict[tuple[str, int], CodeType]:
    """The code of each function that is not inside another function, by qualified name and first line."""
    found: dict[tuple[str, int], CodeType] = {}

    def look(code: CodeType) -> None:
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                if inner.co_flags & 0x1:  # CO_OPTIMIZED: a function; the body of a class is not
                    found[(inner.co_qualname, inner.co_firstlineno)] = inner
                else:
                    look(inner)

    look(compile(tree, str(path.resolve()), "exec"))
    return found


def _nodes(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Each node inside a function's body, with the function's qualified name, always in the same order."""

    def inside(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
        if _is_text(node) or isinstance(node, ast.arguments):
            return
        yield node, function
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from inside(child, function)

    def outside(node: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                yield from outside(child, f"{name}{child.name}.")
            elif isinstance(child, ast.FunctionDef):
                for statement in child.body:
                    yield from inside(statement, f"{name}{child.name}")
            elif isinstance(child, ast.Lambda):
                yield from inside(child.body, f"{name}<lambda>")
            else:
                yield from outside(child, name)

    yield from outside(tree, "")


def _is_text(node: ast.AST) -> bool:
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXTS
    described = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return called or described


def _line_of(node: ast.AST) -> int:
    """The line of a node that has none of its own (a `for` inside a comprehension)."""
    return next((one.lineno for one in ast.walk(node) if isinstance(one, ast.expr)), 0)


def _said(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 80 else f"{text[:50]} ... {text[-25:]}"


def _changes(node: ast.AST) -> list[tuple[str, Change]]:
    """The changes of this node itself: in words, and as a function of the node in a copy of the tree."""
    found: list[tuple[str, Change]] = []
    here = _said(node) if isinstance(node, ast.expr | ast.stmt) else ""
    if isinstance(node, ast.Compare):
        found += [
            (f"{here}: comparison {place + 1} turned", _compare(place, SWAPPED_COMPARISONS[type(op)]))
            for place, op in enumerate(node.ops)
        ]
    elif isinstance(node, ast.BoolOp):
        found.append((f"{here}: and/or", lambda n: _with(n, op=ast.Or() if isinstance(n.op, ast.And) else ast.And())))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        found.append((f"{here}: negation left out", lambda n: n.operand))
    elif isinstance(node, ast.BinOp) and type(node.op) in SWAPPED_OPERATORS:
        found.append((f"{here}: operator turned", lambda n: _with(n, op=SWAPPED_OPERATORS[type(n.op)]())))
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        found.append((f"{here}: turned", lambda n: _with(n, value=not n.value)))
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        found.append((f"{here}: one more", lambda n: _with(n, value=n.value + 1)))
    elif isinstance(node, ast.If | ast.IfExp):
        found.append((f"if {_said(node.test)}: negated", lambda n: _with(n, test=ast.UnaryOp(ast.Not(), n.test))))
    elif isinstance(node, ast.Raise):
        found.append((f"{here}: left out", lambda n: ast.Pass()))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        found.append((f"{here}: left out", lambda n: ast.Pass()))
    elif isinstance(node, ast.comprehension):
        found += [(f"if {_said(test)}: left out", _without("ifs", place)) for place, test in enumerate(node.ifs)]
    elif isinstance(node, ast.List | ast.Set | ast.Tuple) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        found += [
            (f"{here}: without {_said(one)}", _without("elts", place))
            for place, one in enumerate(node.elts)
            if len(node.elts) > 1
        ]
    elif isinstance(node, ast.Dict):
        found += [
            (f"dict without {_said(key) if key else 'a part'}", _without_key(place))
            for place, key in enumerate(node.keys)
        ]
    elif isinstance(node, ast.Call):
        found += _changes_of_call(node, here)
    return found


def _changes_of_call(node: ast.Call, here: str) -> list[tuple[str, Change]]:
    found: list[tuple[str, Change]] = []
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in SWAPPED_NAMES:
        found.append((f"{here}: {SWAPPED_NAMES[name]} for {name}", _renamed(SWAPPED_NAMES[name])))
    if name in CONDITIONS:
        found += [(f"{here}: without {_said(one)}", _without("args", at)) for at, one in enumerate(node.args)]
        for at, keyword in enumerate(node.keywords):
            said = f"{keyword.arg}={_said(keyword.value)}"
            if keyword.arg != "then":
                found.append((f"{here}: without {said}", _without("keywords", at)))
            base, _, lookup = (keyword.arg or "").rpartition("__")
            if lookup in SWAPPED_LOOKUPS:
                turned = f"{base}__{SWAPPED_LOOKUPS[lookup]}"
                found.append((f"{here}: {turned} for {keyword.arg}", _keyword(at, turned)))
    if name == "order_by":
        for at, argument in enumerate(node.args):
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                turned = argument.value[1:] if argument.value.startswith("-") else f"-{argument.value}"
                found.append((f"order by {turned}, not {argument.value}", _argument(at, turned)))
    return found


def _with(node: ast.AST, **fields: object) -> ast.AST:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _compare(place: int, turned: type[ast.cmpop]) -> Change:
    return lambda n: _with(n, ops=[*n.ops[:place], turned(), *n.ops[place + 1 :]])  # type: ignore[attr-defined]


def _without(field: str, place: int) -> Change:
    return lambda n: _with(n, **{field: [one for at, one in enumerate(getattr(n, field)) if at != place]})


def _without_key(place: int) -> Change:
    return lambda n: _without("values", place)(_without("keys", place)(n) or n)


def _keyword(place: int, name: str) -> Change:
    def change(node: ast.AST) -> ast.AST:
        node.keywords[place].arg = name  # type: ignore[attr-defined]
        return node

    return change


def _argument(place: int, value: str) -> Change:
    return lambda n: _with(n, args=[ast.Constant(value) if at == place else one for at, one in enumerate(n.args)])  # type: ignore[attr-defined]


def _renamed(name: str) -> Change:
    def change(node: ast.AST) -> ast.AST:
        called = node.func  # type: ignore[attr-defined]
        setattr(called, "attr" if isinstance(called, ast.Attribute) else "id", name)
        return node

    return change


def _put(tree: ast.AST, target: ast.AST, replacement: ast.AST | None) -> bool:
    """Put the replacement where the target stands; False if there is nothing to put."""
    if replacement is target:
        return True
    if replacement is None:
        return False
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, ast.copy_location(replacement, target))
                return True
            if isinstance(value, list) and any(one is target for one in value):
                setattr(
                    parent, name, [ast.copy_location(replacement, target) if one is target else one for one in value]
                )
                return True
    return False

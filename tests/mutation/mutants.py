"""What can be changed in a module, one thing at a time: each change is a mutant that a test should notice.

Only the bodies of functions and methods are changed. Texts for people, annotations and docstrings are left alone.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import CodeType
from typing import Any

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
NOT_RUN = {"annotation", "returns", "decorator_list"}  # parts of a node that its function does not run
TEXTS = {"_", "gettext", "ngettext", "pgettext", "gettext_lazy"}

Change = Callable[[Any], ast.AST]  # from the node to the node to put in its place


@dataclass(frozen=True)
class Mutant:
    """One change of one module: where it is, in words, and which change of which node it is."""

    path: Path
    line: int
    function: str
    change: str
    node: int
    choice: int

    @property
    def name(self) -> str:
        """The mutant's name in the list of survivors; the line is not in it, for lines move."""
        return f"{self.path}::{self.function}: {self.change}"

    def tree(self) -> ast.Module:
        """The changed module as a syntax tree."""
        changed = ast.parse(self.path.read_text())
        target = list(_nodes(changed))[self.node][0]
        _put(changed, target, _changes(target)[self.choice][1](target))
        return ast.fix_missing_locations(changed)


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of the module at `path`, in the order of its lines.

    The second of two that read alike in one function is numbered, so that a reason given for one excuses only that one.
    """
    tree = ast.parse(path.read_text())
    seen: Counter[tuple[str, str]] = Counter()
    for number, (node, function) in enumerate(_nodes(tree)):
        for choice, (change, _) in enumerate(_changes(node)):
            seen[function, change] += 1
            again = seen[function, change]
            numbered = f"{change} ({again})" if again > 1 else change
            line = getattr(node, "lineno", 0) or _line_of(node)
            yield Mutant(path, line, function, numbered, number, choice)


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
    yield from _outside(tree, "")


def _outside(node: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
    """The functions in a module or class."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _outside(child, f"{name}{child.name}.")
        elif isinstance(child, ast.FunctionDef):
            for statement in child.body:
                yield from _inside(statement, f"{name}{child.name}")
        elif isinstance(child, ast.Lambda):
            yield from _inside(child.body, f"{name}<lambda>")
        else:
            yield from _outside(child, name)


def _inside(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
    """The node and what is in it, but for texts, annotations and decorators."""
    if _is_text(node) or isinstance(node, ast.arguments):
        return
    yield node, function
    parts = (value for name, value in ast.iter_fields(node) if name not in NOT_RUN)
    for child in chain.from_iterable(part if isinstance(part, list) else [part] for part in parts):
        if isinstance(child, ast.AST):
            yield from _inside(child, function)


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


Changes = list[tuple[str, Change]]  # each in words, and as a function of the node in a copy of the tree


def _changes(node: ast.AST) -> Changes:
    """The changes of this node itself."""
    change = CHANGES.get(type(node))
    return change(node) if change is not None else []


def _of_comparison(node: Any) -> Changes:
    return [
        (f"{_said(node)}: comparison {place + 1} turned", _compare(place, SWAPPED_COMPARISONS[type(op)]))
        for place, op in enumerate(node.ops)
    ]


def _of_bool_op(node: Any) -> Changes:
    turned = ast.Or if isinstance(node.op, ast.And) else ast.And
    return [(f"{_said(node)}: and/or", lambda n: _with(n, op=turned()))]


def _of_unary_op(node: Any) -> Changes:
    negates = isinstance(node.op, ast.Not | ast.Invert)
    return [(f"{_said(node)}: negation left out", lambda n: n.operand)] if negates else []


def _of_bin_op(node: Any) -> Changes:
    turned = SWAPPED_OPERATORS.get(type(node.op))
    return [(f"{_said(node)}: operator turned", lambda n: _with(n, op=turned()))] if turned else []


def _of_constant(node: Any) -> Changes:
    if type(node.value) is bool:
        return [(f"{_said(node)}: turned", lambda n: _with(n, value=not n.value))]
    if type(node.value) is int:
        return [(f"{_said(node)}: one more", lambda n: _with(n, value=n.value + 1))]
    return []


def _of_condition(node: Any) -> Changes:
    return [(f"if {_said(node.test)}: negated", lambda n: _with(n, test=ast.UnaryOp(ast.Not(), n.test)))]


def _of_statement(node: Any) -> Changes:
    calls = isinstance(node, ast.Raise) or isinstance(node.value, ast.Call)
    return [(f"{_said(node)}: left out", lambda n: ast.Pass())] if calls else []


def _of_comprehension(node: Any) -> Changes:
    return [(f"if {_said(test)}: left out", _without("ifs", place)) for place, test in enumerate(node.ifs)]


def _of_sequence(node: Any) -> Changes:
    if len(node.elts) < 2 or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return []
    return [(f"{_said(node)}: without {_said(one)}", _without("elts", place)) for place, one in enumerate(node.elts)]


def _of_dict(node: Any) -> Changes:
    return [
        (f"dict without {_said(key) if key else 'a part'}", _without_key(place)) for place, key in enumerate(node.keys)
    ]


def _of_call(node: Any) -> Changes:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    found: Changes = []
    if name in SWAPPED_NAMES:
        found.append((f"{_said(node)}: {SWAPPED_NAMES[name]} for {name}", _renamed(SWAPPED_NAMES[name])))
    if name in CONDITIONS:
        found += [(f"{_said(node)}: without {_said(one)}", _without("args", at)) for at, one in enumerate(node.args)]
        for at, keyword in enumerate(node.keywords):
            found += _of_keyword(node, at, keyword)
    if name == "order_by":
        found += [
            (f"order by {_turned(one.value)}, not {one.value}", _argument(at, _turned(one.value)))
            for at, one in enumerate(node.args)
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
    return found


def _of_keyword(call: ast.Call, at: int, keyword: ast.keyword) -> Changes:
    """Without this condition of a query, and with its limit moved."""
    found: Changes = []
    if keyword.arg != "then":
        found.append((f"{_said(call)}: without {_said(keyword.value)} at {keyword.arg}", _without("keywords", at)))
    base, _, lookup = (keyword.arg or "").rpartition("__")
    if lookup in SWAPPED_LOOKUPS:
        turned = f"{base}__{SWAPPED_LOOKUPS[lookup]}"
        found.append((f"{_said(call)}: {turned} for {keyword.arg}", _keyword(at, turned)))
    return found


def _turned(order: str) -> str:
    return order[1:] if order.startswith("-") else f"-{order}"


CHANGES: dict[type[ast.AST], Callable[[Any], Changes]] = {
    ast.Compare: _of_comparison, ast.BoolOp: _of_bool_op, ast.UnaryOp: _of_unary_op, ast.BinOp: _of_bin_op,
    ast.Constant: _of_constant, ast.If: _of_condition, ast.IfExp: _of_condition, ast.Raise: _of_statement,
    ast.Expr: _of_statement, ast.comprehension: _of_comprehension, ast.List: _of_sequence, ast.Set: _of_sequence,
    ast.Tuple: _of_sequence, ast.Dict: _of_dict, ast.Call: _of_call,
}  # fmt: skip


def _with(node: ast.AST, **fields: object) -> ast.AST:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _compare(place: int, turned: type[ast.cmpop]) -> Change:
    return lambda n: _with(n, ops=[*n.ops[:place], turned(), *n.ops[place + 1 :]])


def _without(field: str, place: int) -> Change:
    return lambda n: _with(n, **{field: [one for at, one in enumerate(getattr(n, field)) if at != place]})


def _without_key(place: int) -> Change:
    return lambda n: _without("values", place)(_without("keys", place)(n))


def _keyword(place: int, name: str) -> Change:
    def change(node: ast.Call) -> ast.AST:
        node.keywords[place].arg = name
        return node

    return change


def _argument(place: int, value: str) -> Change:
    return lambda n: _with(n, args=[ast.Constant(value) if at == place else one for at, one in enumerate(n.args)])


def _renamed(name: str) -> Change:
    def change(node: ast.Call) -> ast.AST:
        called = node.func
        setattr(called, "attr" if isinstance(called, ast.Attribute) else "id", name)
        return node

    return change


def _put(tree: ast.AST, target: ast.AST, replacement: ast.AST) -> None:
    """Put the replacement where the target stands."""
    if replacement is target:
        return
    ast.copy_location(replacement, target)
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, replacement)
            elif isinstance(value, list):
                setattr(parent, name, [replacement if one is target else one for one in value])

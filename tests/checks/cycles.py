"""No module imports itself by way of others."""

import ast
from collections.abc import Iterable
from pathlib import Path

from tests.checks.source import Source, sources

Graph = dict[str, set[str]]


def cycles(root: Path) -> list[str]:
    """Every ring of modules that import one another, also by imports inside functions."""
    rings = strongly_connected(import_graph(root))
    return [f"these import one another: {' -> '.join(sorted(ring))}" for ring in rings]


def import_graph(root: Path) -> Graph:
    """Which module imports which, among the modules of the tree."""
    read = {module_name(file.path): file for file in sources(root, migrations=True)}
    return {name: set(imported(file, read)) - {name} for name, file in read.items()}


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(file: Source, known: Iterable[str]) -> set[str]:
    """The known modules that this file imports; `from a import b` is the module a.b if there is one, else a."""
    names = set(known)
    found = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (below & names) or ({node.module} & names)
    return found


def strongly_connected(graph: Graph) -> list[set[str]]:
    """The rings of the graph (Kosaraju: finish order forwards, then collect backwards)."""
    order: list[str] = []
    seen: set[str] = set()
    for start in graph:
        _finish(start, graph, seen, order)
    backwards: Graph = {name: set() for name in graph}
    for name, targets in graph.items():
        for target in targets:
            backwards[target].add(name)
    rings, placed = [], set[str]()
    for start in reversed(order):
        ring: list[str] = []
        _finish(start, backwards, placed, ring)
        if len(ring) > 1:
            rings.append(set(ring))
    return rings


def _finish(start: str, graph: Graph, seen: set[str], order: list[str]) -> None:
    """Walk everything reachable from `start` that was not seen, appending each as it is finished."""
    stack = [(start, iter(sorted(graph[start])))] if start not in seen else []
    seen.add(start)
    while stack:
        name, targets = stack[-1]
        following = next((target for target in targets if target not in seen), None)
        if following is None:
            order.append(name)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(sorted(graph[following]))))

"""Kinds of import contract that let an app which has not been built yet keep its place."""

from collections.abc import Iterable
from typing import Any

from grimp import ImportGraph
from importlinter import ContractCheck
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract


class ForbiddenIfPresent(ForbiddenContract):
    """Like `forbidden`, for modules that may not exist yet; one that appears falls under the contract at once."""

    type_name = "forbidden_if_present"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Ask only about the modules that exist."""
        options = vars(self)  # import-linter puts the parsed options over its field descriptions
        options["source_modules"] = _present(options["source_modules"], graph)
        options["forbidden_modules"] = _present(options["forbidden_modules"], graph)
        return super().check(graph, verbose)


class LayersIfPresent(LayersContract):
    """Like `layers`, for containers that may not exist yet."""

    type_name = "layers_if_present"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Ask only about the containers that exist."""
        options = vars(self)
        options["containers"] = list(_present(options["containers"], graph))
        return super().check(graph, verbose)


def _present(expressions: Iterable[Any], graph: ImportGraph) -> set[Any]:
    """Wildcards, and the names of modules that exist."""
    return {e for e in expressions if e.has_wildcard_expression() or e.expression in graph.modules}

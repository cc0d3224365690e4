"""Read OBO-graph JSON (github.com/geneontology/obographs): the nodes and the is_a edges of each graph, one by one.

The file may have hundreds of megabytes, so no more than one node and one block of text are in memory.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from apps.datasets.ontology.terms import OntologyError, Term, short_id

LIST = re.compile(r'"(nodes|edges)"\s*:\s*\[')  # within a string the quotes would be escaped
REPLACED = "IAO_0100001"
BLOCK, LONGEST = 1 << 16, 1 << 22  # characters; of one node


def terms(file: TextIO) -> Iterator[Term]:
    """Each disease, when the whole file has been read: its parents are in a later list than its name."""
    found: dict[str, Term] = {}
    parents: list[tuple[str, str]] = []
    for kind, row in _rows(file):
        if kind == "nodes":
            term = _node(row)
            if term.id:
                found[term.id] = term
        elif row.get("pred") == "is_a":
            parents.append((short_id(str(row.get("sub", ""))), short_id(str(row.get("obj", "")))))
    for child, parent in parents:
        if child in found and parent:
            found[child].parents.append(parent)
    yield from found.values()


def _node(row: dict[str, Any]) -> Term:
    meta = row.get("meta") or {}
    values = meta.get("basicPropertyValues") or []
    successor = next((short_id(str(one.get("val"))) for one in values if str(one.get("pred")).endswith(REPLACED)), "")
    return Term(
        short_id(str(row.get("id", ""))),
        str(row.get("lbl") or ""),
        [str(one.get("val")) for one in meta.get("synonyms") or [] if one.get("val")],
        obsolete=bool(meta.get("deprecated")),
        replaced_by=successor,
    )


class _Buffer:
    """The text that is read and not used yet, and which list it is in: nodes, edges, or none."""

    def __init__(self) -> None:
        self.text, self.kind, self.decoder = "", "", json.JSONDecoder()

    def rows(self, at_end: bool) -> Iterator[tuple[str, Any]]:
        """Every whole object in the text; the rest waits for more."""
        while self._in_a_list():
            self.text = self.text.lstrip(" \t\r\n,")
            if self.text.startswith("]"):
                self.kind, self.text = "", self.text[1:]
                continue
            try:
                row, length = self.decoder.raw_decode(self.text)
            except ValueError as fault:
                if at_end or len(self.text) > LONGEST:
                    raise OntologyError("The file is not complete, or is not OBO-graph JSON.") from fault
                return
            self.text = self.text[length:]
            yield self.kind, row

    def _in_a_list(self) -> bool:
        """Go to the beginning of the next list, if no list is being read."""
        if not self.kind:
            start = LIST.search(self.text)
            if start is None:
                self.text = self.text[-100:]  # the beginning of a list may be cut in two
                return False
            self.kind, self.text = start[1], self.text[start.end() :]
        return True


def _rows(file: TextIO) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of each list of nodes or edges."""
    buffer, at_end = _Buffer(), False
    while not at_end:
        block = file.read(BLOCK)
        at_end, buffer.text = not block, buffer.text + block
        yield from ((kind, row) for kind, row in buffer.rows(at_end) if isinstance(row, dict))

"""Read OBO 1.4 (owlcollab.github.io/oboformat): stanzas of `tag: value ! comment`, line by line."""

import re
from collections.abc import Iterator
from typing import TextIO

from apps.datasets.ontology.terms import Term, short_id

QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPES = re.compile(r"\\(.)")


def terms(file: TextIO) -> Iterator[Term]:
    """Each disease of the file; stanzas of other kinds and other ontologies are passed over."""
    lines: list[str] | None = None
    for line in file:
        line = line.strip()
        if line.startswith("["):
            yield from _term(lines)
            lines = [] if line == "[Term]" else None
        elif lines is not None and line and not line.startswith("!"):
            lines.append(line)
    yield from _term(lines)


def _term(lines: list[str] | None) -> Iterator[Term]:
    term = Term("")
    for line in lines or ():
        tag, _separator, value = line.partition(": ")
        _read(term, tag, value.strip())
    if term.id:
        yield term


def _read(term: Term, tag: str, value: str) -> None:
    first = value.split(" ")[0]
    if tag == "id":
        term.id = short_id(first)
    elif tag == "name":
        term.name = ESCAPES.sub(r"\1", value.split(" !")[0])
    elif tag == "synonym":
        term.synonyms += [ESCAPES.sub(r"\1", found) for found in QUOTED.findall(value)[:1]]
    elif tag == "is_a":
        term.parents += [short_id(first)] if short_id(first) else []
    elif tag == "is_obsolete":
        term.obsolete = first == "true"
    elif tag == "replaced_by":
        term.replaced_by = short_id(first)

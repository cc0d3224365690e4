"""Which of the three formats a file has, by how it begins; its name says nothing."""

from collections.abc import Iterator
from pathlib import Path

from apps.datasets.ontology import obo, obograph, owl
from apps.datasets.ontology.terms import OntologyError, Term


def read_terms(path: Path) -> Iterator[Term]:
    """The diseases of an OBO, OWL (RDF/XML) or OBO-graph JSON file. Raises OntologyError if it is none of them."""
    with path.open("rb") as file:
        start = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
        file.seek(0)
        if start.startswith(b"<"):
            yield from owl.terms(file)
            return
    reader = obograph.terms if start.startswith(b"{") else obo.terms if b"format-version:" in start else None
    if reader is None:
        raise OntologyError("The file is not OBO, OWL in RDF/XML or OBO-graph JSON.")
    try:
        with path.open(encoding="utf-8-sig") as text:
            yield from reader(text)
    except UnicodeDecodeError as fault:
        raise OntologyError("The file is not in UTF-8.") from fault

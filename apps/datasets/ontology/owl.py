"""Read OWL in RDF/XML: each named owl:Class with its label, synonyms and named superclasses, as the parser meets it.

The parser is expat, which does not fetch anything and limits what entities may expand to.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from apps.datasets.ontology.terms import OntologyError, Term, short_id

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
RDFS = "http://www.w3.org/2000/01/rdf-schema# "
OWL = "http://www.w3.org/2002/07/owl# "
IN_OWL = "http://www.geneontology.org/formats/oboInOwl# "
SYNONYMS = {f"{IN_OWL}has{kind}Synonym" for kind in ("Exact", "Related", "Narrow", "Broad")}
REPLACED = "http://purl.obolibrary.org/obo/ IAO_0100001"
BLOCK = 1 << 16


class _Reader:
    """Follows the elements; a class is complete when its element ends at the depth where it began."""

    def __init__(self) -> None:
        self.depth, self.found = 0, list[Term]()
        self.term: Term | None = None
        self.text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.text = []
        about = short_id(attributes.get(f"{RDF}about", ""))
        if self.depth == 2 and name == f"{OWL}Class" and about:
            self.term = Term(about)
        elif self.term is not None and self.depth == 3:
            self._refers(name, short_id(attributes.get(f"{RDF}resource", "")))

    def _refers(self, name: str, other: str) -> None:
        assert self.term is not None
        if name == f"{RDFS}subClassOf" and other:
            self.term.parents.append(other)
        elif name == REPLACED and other:
            self.term.replaced_by = other

    def end(self, name: str) -> None:
        term, text = self.term, "".join(self.text).strip()
        if term is not None and self.depth == 3 and text:
            if name == f"{RDFS}label":
                term.name = term.name or text
            elif name in SYNONYMS:
                term.synonyms.append(text)
            elif name == f"{OWL}deprecated":
                term.obsolete = text == "true"
            elif name == REPLACED:
                term.replaced_by = term.replaced_by or short_id(text)
        if term is not None and self.depth == 2:
            self.found.append(term)
            self.term = None
        self.depth -= 1
        self.text = []

    def characters(self, data: str) -> None:
        if self.term is not None:
            self.text.append(data)


def terms(file: BinaryIO) -> Iterator[Term]:
    """Each disease of the file. Raises OntologyError for XML that is not well formed."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.characters
    parser.buffer_text = True
    try:
        while block := file.read(BLOCK):
            parser.Parse(block, False)
            yield from reader.found
            reader.found.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        raise OntologyError(f"The file is not well-formed XML: {fault}.") from fault

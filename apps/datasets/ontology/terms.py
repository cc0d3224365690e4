"""One term of an ontology, as the readers find it."""

import re
from dataclasses import dataclass, field

IRI = re.compile(r"(?:.*[/#])?(MONDO|DOID)[_:](\d{1,9})$")
MOST_SYNONYMS, LONGEST_NAME = 40, 300


class OntologyError(Exception):
    """A file that cannot be loaded; the sentence says why, in English, for an operator."""


@dataclass
class Term:
    """A disease: its id such as MONDO:0004989, name, synonyms and parents; `replaced_by` names its successor."""

    id: str
    name: str = ""
    synonyms: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    obsolete: bool = False
    replaced_by: str = ""


def short_id(text: str) -> str:
    """The id of a disease in an IRI or a CURIE; empty for a term of another ontology."""
    found = IRI.fullmatch(text.strip())
    return f"{found[1]}:{found[2]}" if found else ""

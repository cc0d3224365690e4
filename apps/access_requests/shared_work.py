"""Shared work as it is typed, and whether it names a person. Pure functions."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.core.identifiers import uuids
from apps.forms import identifiers
from apps.people.models import Person

FIELD = "shared_work"  # of a snapshot, of the API and of the JSON of a request
MOST = 50  # on one request
YEARS = 3  # before the present one
LONGEST_NAME, LONGEST_WORK = 200, 300


@dataclass(frozen=True)
class Work:
    """`party` is the id of somebody on the request; `colleague` and `work` are texts."""

    party: UUID
    colleague: str
    work: str
    year: int


def ids_in(snapshot: Mapping[str, Any]) -> list[UUID]:
    """The ids of the rows that a round names."""
    return uuids(snapshot.get(FIELD, ()))


def names(colleague: str, person: Person) -> bool:
    """Whether the text names this person: by verified e-mail address, ORCID iD, colleague code or whole name.

    The words of a name may stand in any order and need no accents: “Lindström, Åsa” is “Asa Lindstrom”. Anything less
    would show a member who has not declared yet the name of somebody else.
    """
    text = colleague.strip()
    if not text:
        return False
    if "@" in text:
        return person.email_verified and person.email.isascii() and text.casefold() == person.email.casefold()
    orcid = identifiers.orcid(text)
    if orcid:
        return bool(person.orcid) and orcid == identifiers.orcid(person.orcid)
    if person.code and text.casefold() == person.code.casefold():
        return True
    return bool(_words(text)) and _words(text) == _words(person.name)


def _words(name: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return sorted(re.findall(r"\w+", plain))

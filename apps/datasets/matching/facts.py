"""What the comparison knows besides the answers: which disease is a kind of which, and who would receive the data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.datasets.matching.purpose import DISEASE_ID


@dataclass(frozen=True)
class Ancestry:
    """The ancestors of each known disease, by id. A disease without a row is unknown, not unrelated."""

    ancestors: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def within(self, narrow: str, broad: str) -> bool | None:
        """Whether the disease `narrow` is `broad` or a kind of it; None if the ontology cannot say."""
        if narrow == broad:
            return True
        if narrow not in self.ancestors:
            return None
        if broad in self.ancestors[narrow]:
            return True
        if broad not in self.ancestors or narrow.split(":")[0] != broad.split(":")[0]:
            return None
        return False


@dataclass(frozen=True)
class Recipient:
    """Somebody who would use the data, as the portal knows them; what is unknown is empty.

    `institution` and `person` are their names and identifiers (ROR; verified e-mail, ORCID iD), `country` the ISO 3166
    code of the institution.
    """

    institution: frozenset[str] = frozenset()
    country: str = ""
    person: frozenset[str] = frozenset()


def disease_id(value: str) -> str:
    """The ontology id in the value of a condition, for example "breast carcinoma (MONDO:0004989)"; otherwise empty."""
    found = DISEASE_ID.findall(value.upper())
    return str(found[0]) if len(found) == 1 else ""


def folded(text: str) -> str:
    """A name for comparison: lower case, without differences of spaces and punctuation."""
    return " ".join(re.sub(r"[^\w@.+/-]+", " ", text.casefold()).split())

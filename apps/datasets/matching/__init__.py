"""Whether a dataset can be had for a purpose: GA4GH DUO (2021-02-23) conditions against answers. Pure functions."""

from apps.datasets.matching.facts import Ancestry, Recipient, disease_id
from apps.datasets.matching.match import match, outcomes
from apps.datasets.matching.outcome import BY_CODE, WORDS, Cap, Change, Line, Match, Outcome, changed
from apps.datasets.matching.purpose import Disease, Purpose, ShapeError, purpose_json, read_purpose

__all__ = [
    "BY_CODE",
    "WORDS",
    "Ancestry",
    "Cap",
    "Change",
    "Disease",
    "Line",
    "Match",
    "Outcome",
    "Purpose",
    "Recipient",
    "ShapeError",
    "changed",
    "disease_id",
    "match",
    "outcomes",
    "purpose_json",
    "read_purpose",
]

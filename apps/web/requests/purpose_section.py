"""The section "Research purpose" of the request form, and the comparison beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.access_requests import fields
from apps.access_requests.models import AccessRequest
from apps.access_requests.purposes import last_day, matches, matches_of, purpose_of
from apps.access_requests.queries import with_purpose
from apps.core import clock
from apps.datasets.models import Dataset
from apps.web.match_rows import matches_shown
from apps.web.requests.ethics import ethics_of
from apps.web.requests.purpose_form import unclear_diseases

OFFERED = 5  # earlier requests whose answers can be used again


def purpose_context(found: AccessRequest) -> dict[str, Any]:
    """What the page shows besides the fields: the comparison, unclear diseases, and earlier answers to use again."""
    purpose = purpose_of(found.research_purpose)
    earlier = with_purpose(found.applicant).exclude(pk=found.pk).only("reference", "title")[:OFFERED]
    return {
        "matches": matches_shown(matches_of(found)),
        "has_purpose": not purpose.is_empty,
        "ethics": ethics_of(found, purpose, clock.today()),
        "unclear": unclear_diseases(purpose),
        "earlier_purposes": list(earlier) if purpose.is_empty else [],
    }


def last_day_hint(initial: Mapping[str, Any], chosen: Sequence[Dataset]) -> str:
    """The last possible day that the use conditions leave, with its cause; empty if they do not limit it."""
    purpose = purpose_of(initial.get(fields.RESEARCH_PURPOSE.name))
    limit = None if purpose.is_empty else last_day(matches(purpose, chosen))
    return limit[1] if limit is not None else ""

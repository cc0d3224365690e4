"""The register of decisions, if the portal publishes it."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from apps.access_requests import queries_register as register
from apps.access_requests.register import Entry
from apps.api import pagination, schemas
from apps.api.auth import READ_OR_PUBLIC
from apps.api.v1.datasets import Cursor, Size, Words
from apps.committees.queries import public as committees
from apps.core.errors import NotFound

router = Router(tags=["decisions"])
Year = Annotated[int | None, Field(ge=1970, le=9998)]


@router.get("/decisions", response=schemas.RegisterPage, auth=READ_OR_PUBLIC)
def list_decisions(
    request: HttpRequest,
    committee: Words = "",
    dataset: Words = "",
    outcome: Literal["", "approved", "conditional", "denied"] = "",
    year: Year = None,
    cursor: Cursor = "",
    limit: Size = pagination.DEFAULT_SIZE,
) -> dict[str, Any]:
    """The final decisions, newest first; 404 if the portal does not publish them. Scope: read, or no token.

    Filter by the short names of a committee and of a public dataset, by outcome and by year (UTC).
    """
    if not register.is_public():
        raise NotFound(_("This portal does not publish its decisions."))
    found = register.with_facts(register.final())
    if committee:
        found = found.filter(register.of_committee(_committee(committee)))
    if dataset:
        known = register.public_dataset(dataset)
        if known is None:
            raise NotFound(_("No public dataset has this short name."))
        found = found.filter(register.of_one(known))
    if outcome:
        found = found.filter(register.with_outcome(outcome))
    if year is not None:
        found = found.filter(register.in_year(year))
    rows, next_cursor = pagination.page("decisions", found, moment="decided_at", cursor=cursor, size=limit)
    return {"items": [_shown(one) for one in register.entries(rows)], "next_cursor": next_cursor}


def _committee(slug: str) -> UUID:
    found = committees().filter(slug=slug).first()
    if found is None:
        raise NotFound(_("This committee does not exist."))
    return found.pk


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "decided_on": entry.decided_on,
        "committee": {"slug": entry.committee, "name": entry.committee_name},
        "dataset": {"slug": entry.dataset, "title": entry.dataset_title} if entry.dataset else None,
        "institution": entry.institution or None,
        "country": entry.country or None,
        "organisations": list(entry.organisations),
        "purposes": list(entry.purposes),
        "diseases": list(entry.diseases),
        "summary": entry.summary,
        "answers": [
            {"question": str(one.question), "text": one.text, "options": list(one.chosen)} for one in entry.answers
        ],
        "outcome": entry.outcome,
        "conditions": list(entry.conditions),
        "reasons": list(entry.reasons),
    }

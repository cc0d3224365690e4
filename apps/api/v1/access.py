"""The caller: their account, agreements and grants."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from apps.agreements import queries as agreements
from apps.api import pagination, schemas, serialise
from apps.api.auth import READ, caller
from apps.api.v1.datasets import Cursor, Size
from apps.core.errors import NotFound
from apps.grants import queries as grants

router = Router(tags=["access"])


@router.get("/me", response=schemas.Me, auth=READ)
def me(request: HttpRequest) -> dict[str, Any]:
    """Whose token this is, and what it may do. Scope: read."""
    return serialise.me(caller(request), request.token)  # type: ignore[attr-defined]


@router.get("/grants", response=schemas.GrantPage, auth=READ)
def list_grants(request: HttpRequest, cursor: Cursor = "", limit: Size = pagination.DEFAULT_SIZE) -> dict[str, Any]:
    """Your grants, past ones included, and whether each is active now. Scope: read."""
    mine = grants.grants_of(caller(request))
    items, next_cursor = pagination.page("grants", mine, moment="issued_at", cursor=cursor, size=limit)
    return {"items": [serialise.grant(each, each.grant_is_active) for each in items], "next_cursor": next_cursor}


@router.get("/agreements", response=schemas.AgreementPage, auth=READ)
def list_agreements(request: HttpRequest, cursor: Cursor = "", limit: Size = pagination.DEFAULT_SIZE) -> dict[str, Any]:
    """The agreements you are party to as applicant or member. Signing is done in a browser. Scope: read."""
    mine = agreements.with_expiry(agreements.of_person(caller(request)))
    rows = mine.select_related("item__dataset").defer("text")
    items, next_cursor = pagination.page("agreements", rows, moment="offered_at", cursor=cursor, size=limit)
    return {"items": [serialise.agreement_line(each) for each in items], "next_cursor": next_cursor}


@router.get("/agreements/{uuid:pk}", response=schemas.AgreementOut, auth=READ)
def read_agreement(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """One agreement with the text that is signed. Scope: read."""
    found = agreements.of_person(caller(request)).select_related("item__dataset").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This agreement does not exist, or you are not allowed to see it."))
    return serialise.agreement_line(found) | {"text": found.text}

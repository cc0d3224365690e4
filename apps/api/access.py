"""What a person holds: who they are here, their agreements and their grants."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from apps.agreements import queries as agreements
from apps.api import pages, serialise, shapes
from apps.api.auth import READ, asker
from apps.api.catalogue import Cursor, Size
from apps.core.errors import Missing
from apps.grants import queries as grants

router = Router(tags=["access"])


@router.get("/me", response=shapes.Me, auth=READ)
def me(request: HttpRequest) -> dict[str, Any]:
    """Whose token this is, and what it may do. Scope: read."""
    return serialise.me(asker(request), request.token)  # type: ignore[attr-defined]


@router.get("/grants", response=shapes.GrantPage, auth=READ)
def list_grants(request: HttpRequest, cursor: Cursor = "", limit: Size = pages.USUAL) -> dict[str, Any]:
    """Every grant you hold or held, and whether it is in force now. Scope: read."""
    mine = grants.held_by(asker(request))
    items, following = pages.page("grants", mine, moment="issued_at", cursor=cursor, size=limit)
    return {"items": [serialise.grant(each, each.is_in_force) for each in items], "next_cursor": following}


@router.get("/agreements", response=shapes.AgreementPage, auth=READ)
def list_agreements(request: HttpRequest, cursor: Cursor = "", limit: Size = pages.USUAL) -> dict[str, Any]:
    """The agreements you are party to as applicant or member. Signing is done in a browser. Scope: read."""
    mine = agreements.of_person(asker(request)).select_related("item__dataset").defer("text")
    items, following = pages.page("agreements", mine, moment="offered_at", cursor=cursor, size=limit)
    return {"items": [serialise.agreement_line(each) for each in items], "next_cursor": following}


@router.get("/agreements/{uuid:pk}", response=shapes.AgreementOut, auth=READ)
def read_agreement(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """One agreement with the exact text that is signed. Scope: read."""
    found = agreements.of_person(asker(request)).select_related("item__dataset").filter(pk=pk).first()
    if found is None:
        raise Missing(_("There is no such agreement, or it is not yours to see."))
    return serialise.agreement_line(found) | {"text": found.text}

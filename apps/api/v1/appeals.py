"""After a decision: appeal a denial, withdraw the appeal, revise and resubmit. The same commands as the pages."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import commands
from apps.access_requests.models import Item
from apps.api import schemas
from apps.api.auth import REQUEST, caller
from apps.api.idempotency import idempotent_call
from apps.api.v1.requests import _answer, _mine
from apps.core import clock
from apps.core.errors import NotFound
from apps.people.models import Person

router = Router(tags=["requests"])


@router.post("/requests/{uuid:pk}/appeal", response=schemas.RequestOut, auth=REQUEST)
def appeal_decision(request: HttpRequest, pk: UUID, body: schemas.NewAppeal, response: HttpResponse) -> dict[str, Any]:
    """Appeal the denial of a dataset, once, until its `appeal_until`. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        commands.appeal(_item(by, pk, body.dataset), text=body.text, by=by)
        return pk, pk

    return _answer(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


@router.post("/requests/{uuid:pk}/appeal/withdraw", response=schemas.RequestOut, auth=REQUEST)
def withdraw_appeal(
    request: HttpRequest, pk: UUID, body: schemas.AppealedItem, response: HttpResponse
) -> dict[str, Any]:
    """Withdraw the appeal before it is decided; the dataset stays denied. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        commands.withdraw_appeal(_item(by, pk, body.dataset), by=by)
        return pk, pk

    return _answer(by, idempotent_call(request, do=do, replay=lambda pk: pk), response)


@router.post("/requests/{uuid:pk}/revise", response={201: schemas.RequestOut}, auth=REQUEST)
def revise_request(request: HttpRequest, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """Create a draft with what this request says, for its denied datasets; `revises` links it. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        made = commands.revise(_mine(by, pk), starts_on=clock.today(), by=by).pk
        return made, made

    made = idempotent_call(request, do=do, replay=lambda pk: pk)
    response["Location"] = request.path.removesuffix(f"{pk}/revise") + str(made)
    return _answer(by, made, response)


def _item(by: Person, pk: UUID, slug: str) -> Item:
    """The dataset with this short name in the request, if the caller may read it."""
    found = _mine(by, pk).items.filter(dataset__slug=slug).select_related("request", "committee").first()
    if found is None:
        raise NotFound(_("This request does not include that dataset."))
    return found

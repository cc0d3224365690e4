"""A request as a document: what was submitted in a round, as JSON or PDF, and a draft from such JSON."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Body, Router

from apps.access_requests import commands, submitted
from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Round
from apps.access_requests.rules_after import check_can_read_submitted
from apps.api import schemas
from apps.api.auth import READ, REQUEST, caller
from apps.api.idempotency import idempotent_call
from apps.api.v1.requests import _answer
from apps.core.errors import NotFound
from apps.people.models import Person

router = Router(tags=["requests"])


@router.get("/requests/{uuid:pk}/rounds/{int:number}", response=schemas.RequestDocument, auth=READ)
def read_submitted(request: HttpRequest, pk: UUID, number: int) -> dict[str, Any]:
    """What was submitted in this round, with its SHA-256; for applicant, members and committee. Scope: read."""
    return submitted.document(*_found(caller(request), pk, number), caller(request))


@router.get("/requests/{uuid:pk}/rounds/{int:number}/pdf", auth=READ)
def read_submitted_pdf(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """The same as a PDF. Scope: read."""
    asked, seen = _found(caller(request), pk, number)
    answer = HttpResponse(
        submitted.as_pdf(submitted.document(asked, seen, caller(request))), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'attachment; filename="{asked.reference}-round-{number}.pdf"'
    return answer


@router.post("/requests/import", response={201: schemas.RequestOut}, auth=REQUEST)
def import_request(request: HttpRequest, body: Body[dict[str, Any]], response: HttpResponse) -> dict[str, Any]:
    """A draft from the JSON of a request, as `GET /requests/{id}/rounds/{number}` gives it. Scope: request."""
    by = caller(request)

    def do() -> tuple[UUID, UUID]:
        made = commands.import_request(body, by=by).pk
        return made, made

    made = idempotent_call(request, do=do, replay=lambda pk: pk)
    response["Location"] = request.path.removesuffix("import") + str(made)
    return _answer(by, made, response)


def _found(by: Person, pk: UUID, number: int) -> tuple[AccessRequest, Round]:
    asked = requests.visible_to(by).filter(pk=pk).first()
    if asked is None:
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    check_can_read_submitted(by, asked)
    seen = asked.rounds.filter(number=number).first()
    if seen is None:
        raise NotFound(_("The request has no round with this number."))
    return asked, seen

"""Download files: by a link for any client, or directly with the token."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.api import schemas
from apps.api.auth import DOWNLOAD, caller
from apps.api.idempotency import idempotent_call
from apps.core.actors import Viewer, actor_of
from apps.core.errors import NotFound
from apps.datasets import queries as datasets
from apps.datasets.models import Distribution
from apps.downloads import commands
from apps.downloads import queries as links
from apps.downloads.models import DownloadLink
from apps.downloads.ranges import asked_of

router = Router(tags=["files"])
LinkAndSecret = tuple[DownloadLink, str]


@router.post("/files/{uuid:pk}/links", response={201: schemas.LinkOut}, auth=DOWNLOAD)
def make_link(request: HttpRequest, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """Create an address of the file that works for at most a day. The access rule is checked at every use.

    Sent again with the same idempotency key, the call ends the first link and creates another one, because the secret
    of the first is not stored. Scope: download; open data need no token.
    """
    person = caller(request)
    file = _file(person, pk)
    by = actor_of(person)
    token = getattr(request, "token", None)
    token_id = token.pk if token else None

    def do() -> tuple[LinkAndSecret, UUID]:
        link, secret = commands.make_link(file, by=by, token_id=token_id)
        return (link, secret), link.pk

    def replay(first: UUID) -> LinkAndSecret:
        for link in links.links_of(by).filter(pk=first):
            commands.end_link(link, by=person)
        return commands.make_link(file, by=by, token_id=token_id)

    link, secret = idempotent_call(request, do=do, replay=replay)
    address = links.address_of_link(file, secret)
    response["Location"] = address
    return {
        "id": link.pk,
        "address": address,
        "expires_at": link.expires_at,
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
    }


@router.get("/files/{uuid:pk}/content", response={200: None, 302: None}, auth=DOWNLOAD)
def content(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Download the file; Range requests work. The access rule is checked and the download recorded at each call.

    Scope: download; open data need no token. The response may be a redirect to the storage (`curl -L`).
    """
    person = caller(request)
    by = actor_of(person)
    asked = asked_of(request.META["REQUEST_METHOD"], request.headers)
    delivery = commands.fetch(_file(person, pk), by=by, asked=asked)
    return HttpResponse(status=delivery.status, content_type=delivery.media_type, headers=delivery.headers)


def _file(person: Viewer, pk: UUID) -> Distribution:
    fetched = datasets.files_visible_to(person).select_related("version__dataset")
    found = fetched.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This file does not exist, or you are not allowed to see it."))
    return found

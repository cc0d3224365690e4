"""Getting bytes: a link for any client, or the file itself to whoever shows the token."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.api import schemas
from apps.api.auth import DOWNLOAD, asker
from apps.api.idempotency import idempotent_call
from apps.core.actors import Viewer, actor_of
from apps.core.errors import NotFound
from apps.datasets import queries as datasets
from apps.datasets.models import Distribution
from apps.downloads import commands
from apps.downloads import queries as links
from apps.downloads.models import DownloadLink

router = Router(tags=["files"])
Made = tuple[DownloadLink, str]


@router.post("/files/{uuid:pk}/links", response={201: schemas.LinkOut}, auth=DOWNLOAD)
def make_link(request: HttpRequest, pk: UUID, response: HttpResponse) -> dict[str, Any]:
    """An address of the file for a day at most, checked against the access rule at every use.

    Sent again with the same key, the first link ends and another takes its place: the secret is not kept, so it
    cannot be shown twice. Scope: download; open data need no token.
    """
    person = asker(request)
    file = _file(person, pk)
    by = actor_of(person)
    token = getattr(request, "token", None)
    token_id = token.pk if token else None

    def do() -> tuple[Made, UUID]:
        link, secret = commands.make_link(file, by=by, token_id=token_id)
        return (link, secret), link.pk

    def again(first: UUID) -> Made:
        for lost in links.links_of(by).filter(pk=first):
            commands.end_link(lost, by=person)
        return commands.make_link(file, by=by, token_id=token_id)

    link, secret = idempotent_call(request, do=do, again=again)
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
    """The file itself, Range included: the decision is made and written down for each call.

    Scope: download; open data need no token. The answer may be a redirect to the storage (`curl -L`).
    """
    person = asker(request)
    by = actor_of(person)
    delivery = commands.fetch(_file(person, pk), by=by, byte_range=request.headers.get("Range", ""))
    return _delivered(delivery, only_headers=request.META["REQUEST_METHOD"] == "HEAD")


def _delivered(delivery: commands.Delivery, *, only_headers: bool) -> HttpResponse:
    """The answer that lets the bytes go: by the front server, or by a storage address good for a minute."""
    answer = HttpResponse(content_type=delivery.media_type, headers=delivery.headers)
    if delivery.accel_path:
        answer["X-Accel-Redirect"] = delivery.accel_path
    elif only_headers:  # a storage address is signed for GET only
        answer["Content-Length"] = str(delivery.size)
    else:
        answer.status_code = 302
        answer["Location"] = delivery.location
    return answer


def _file(person: Viewer, pk: UUID) -> Distribution:
    fetched = datasets.files_visible_to(person).select_related("version__dataset")
    found = fetched.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("The file does not exist, or you may not see it."))
    return found

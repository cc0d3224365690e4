"""Describe and publish your datasets. Who may have them is changed in a browser only.

These operations use the router of v1/datasets.py, because a dataset is read and described at the same address.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.api import schemas, serialise
from apps.api.auth import PUBLISH, caller
from apps.api.idempotency import idempotent_call
from apps.api.v1.datasets import dataset_for, router
from apps.core.actors import Viewer
from apps.core.errors import NotFound
from apps.datasets import commands
from apps.datasets import queries as datasets
from apps.grants import queries as grants
from apps.grants.access_state import access_state


@router.patch("/datasets/{slug}", response=schemas.DatasetOut, auth=PUBLISH, tags=["publishing"])
def describe_dataset(request: HttpRequest, slug: str, body: schemas.DatasetChange) -> dict[str, Any]:
    """Change the texts you send; access level, conditions and committee are chosen in a browser. Scope: publish."""
    by = caller(request)
    commands.describe(dataset_for(by, slug), by=by, **body.dict(exclude_unset=True))
    return _answer(by, slug)


@router.post(
    "/datasets/{slug}/versions/{int:number}/publish", response=schemas.DatasetOut, auth=PUBLISH, tags=["publishing"]
)
def publish_version(
    request: HttpRequest,
    slug: str,
    number: int,
    body: schemas.Publication | None = None,
) -> dict[str, Any]:
    """Publish the draft, now or at the end of an embargo. Its files cannot be changed afterwards. Scope: publish."""
    by = caller(request)
    until = body.embargo_until if body is not None else None

    def do() -> tuple[UUID, UUID]:
        dataset = dataset_for(by, slug)
        version = datasets.versions_visible_to(by, dataset).filter(number=number).select_related("dataset").first()
        if version is None:
            raise NotFound(_("This version does not exist in the dataset."))
        commands.publish(version, by=by, embargo_until=until)
        return dataset.pk, dataset.pk

    idempotent_call(request, do=do, replay=lambda pk: pk)
    return _answer(by, slug)


def _answer(by: Viewer, slug: str) -> dict[str, Any]:
    dataset = dataset_for(by, slug)
    mine = grants.downloadable_by(by).filter(version__dataset=dataset)
    versions = list(datasets.versions_visible_to(by, dataset))
    return serialise.dataset(dataset, versions, set(mine.values_list("pk", flat=True)), access_state(by, dataset))

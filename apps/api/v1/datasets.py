"""Finding and reading datasets; what is listed may be read by the whole world."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from apps.api import pagination, schemas, serialise
from apps.api.auth import READ_IN_PUBLIC, asker
from apps.api.errors import Unusable
from apps.core import clock
from apps.core.actors import Viewer
from apps.core.errors import NotFound
from apps.datasets import queries as datasets
from apps.datasets.models import Dataset
from apps.grants import queries as grants

router = Router(tags=["datasets"])
LIST = "datasets"
Size = Annotated[int, Field(ge=1, le=pagination.LARGEST)]
Words = Annotated[str, Field(max_length=200)]
Cursor = Annotated[str, Field(max_length=400)]


@router.get("/datasets", response=schemas.DatasetPage, auth=READ_IN_PUBLIC)
def list_datasets(
    request: HttpRequest,  # noqa: ARG001 - the shape of an operation
    q: Words = "",
    access: Literal["", "open", "registered", "controlled"] = "",
    committee: Words = "",
    cursor: Cursor = "",
    limit: Size = pagination.USUAL,
) -> dict[str, Any]:
    """The catalogue, newest first: by words, access level and committee. Scope: read, or no token at all."""
    found = datasets.catalogue(words=q, access=access, committee=committee)
    one = datasets.page_of(found, after=pagination.opened(LIST, cursor), size=limit)
    return {
        "items": [serialise.dataset_line(each) for each in one.items],
        "next_cursor": pagination.sealed(LIST, one.next_cursor),
        "total": one.total,
        "total_is_exact": not one.more_than_counted,
    }


@router.get("/datasets/{slug}", response=schemas.DatasetOut, auth=READ_IN_PUBLIC)
def read_dataset(request: HttpRequest, slug: str) -> dict[str, Any]:
    """One dataset with its versions and files, and which of them the asker may download now. Scope: read, or none."""
    person = asker(request)
    dataset = dataset_for(person, slug)
    versions = list(datasets.versions_visible_to(person, dataset))
    mine = grants.downloadable_by(person).filter(version__dataset=dataset)
    return serialise.dataset(dataset, versions, set(mine.values_list("pk", flat=True)))


@router.get("/datasets/{slug}/why", response=schemas.WhyOut, auth=READ_IN_PUBLIC)
def why(request: HttpRequest, slug: str, at: schemas.Moment | None = None) -> dict[str, Any]:
    """Why the asker may, or may not, download the current version: each part of the rule, also for a past moment.

    Scope: read, or no token at all.
    """
    person = asker(request)
    dataset = dataset_for(person, slug)
    version = datasets.current_version(dataset)
    if version is None:
        raise NotFound(_("This dataset has no published version."))
    if at is not None and at > clock.now():
        raise Unusable({"at": _("The time must not be in the future.")})
    return serialise.why(dataset, version, grants.why(person, version, at))


def dataset_for(person: Viewer, slug: str) -> Dataset:
    """The dataset, if this person may know of it."""
    known = datasets.visible_to(person).annotate(condition_rows=datasets.condition_rows())
    found = known.select_related("committee", "institution").filter(slug=slug).first()
    if found is None:
        raise NotFound(_("The dataset does not exist, or you may not see it."))
    return found

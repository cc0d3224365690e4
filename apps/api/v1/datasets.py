"""Find and read datasets. Listed datasets can be read without a token."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from apps.api import pagination, schemas, serialise
from apps.api.auth import READ_OR_PUBLIC, caller
from apps.api.errors import InvalidFields
from apps.core import clock
from apps.core.actors import Viewer
from apps.core.errors import NotFound
from apps.datasets import queries as datasets
from apps.datasets import search
from apps.datasets.models import Dataset
from apps.grants import queries as grants
from apps.grants.access_state import access_state

router = Router(tags=["datasets"])
LIST = "datasets"
Size = Annotated[int, Field(ge=1, le=pagination.MAX_SIZE)]
Words = Annotated[str, Field(max_length=200)]
Cursor = Annotated[str, Field(max_length=400)]


@router.get("/datasets", response=schemas.DatasetPage, auth=READ_OR_PUBLIC)
def list_datasets(
    request: HttpRequest,
    q: Words = "",
    access: Literal["", "open", "registered", "controlled"] = "",
    committee: Words = "",
    cursor: Cursor = "",
    limit: Size = pagination.DEFAULT_SIZE,
) -> dict[str, Any]:
    """The catalogue, newest first; filter by search words, access level and committee. Scope: read, or no token.

    If nothing matches the words, `searched_for` has the words spelt almost like them that were searched instead;
    `some_words` says that the datasets match some of the words only.
    """
    found = search.find(q, {"access": [access] if access else [], "committee": [committee] if committee else []})
    items, next_cursor = search.page_of(found, after=pagination.decode_cursor(LIST, cursor), size=limit)
    return {
        "searched_for": found.words.shown_for or None,
        "some_words": found.words.partial,
        "items": [serialise.dataset_line(each) for each in items],
        "next_cursor": pagination.encode_cursor(LIST, next_cursor),
        "total": found.total,
        "total_is_exact": not found.more_than_counted,
    }


@router.get("/datasets/{slug}", response=schemas.DatasetOut, auth=READ_OR_PUBLIC)
def read_dataset(request: HttpRequest, slug: str) -> dict[str, Any]:
    """One dataset with its versions and files, and which you can download now. Scope: read, or no token."""
    person = caller(request)
    dataset = dataset_for(person, slug)
    versions = list(datasets.versions_visible_to(person, dataset))
    mine = grants.downloadable_by(person).filter(version__dataset=dataset)
    return serialise.dataset(dataset, versions, set(mine.values_list("pk", flat=True)), access_state(person, dataset))


@router.get("/datasets/{slug}/why", response=schemas.WhyOut, auth=READ_OR_PUBLIC)
def why(request: HttpRequest, slug: str, at: schemas.Moment | None = None) -> dict[str, Any]:
    """Why you can or cannot download the current version: each part of the access rule, now or at a past time.

    Scope: read, or no token.
    """
    person = caller(request)
    dataset = dataset_for(person, slug)
    version = datasets.current_version(dataset)
    if version is None:
        raise NotFound(_("This dataset has no published version."))
    if at is not None and at > clock.now():
        raise InvalidFields({"at": _("The time must not be in the future.")})
    state = access_state(person, dataset) if at is None else None
    return serialise.why(dataset, version, grants.why(person, version, at), state)


def dataset_for(person: Viewer, slug: str) -> Dataset:
    """The dataset with this short name; raises NotFound if this person may not see it."""
    visible = datasets.visible_to(person).annotate(condition_rows=datasets.condition_rows())
    found = visible.select_related("committee", "institution").filter(slug=slug).first()
    if found is None:
        raise NotFound(_("This dataset does not exist, or you are not allowed to see it."))
    return found

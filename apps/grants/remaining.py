"""What ends when an owner revokes access, and what the person and their colleagues keep."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.core.actors import Viewer
from apps.datasets.models import Dataset
from apps.grants.models import AccessGrant
from apps.grants.queries import downloadable_versions, on_datasets_managed_by
from apps.grants.waiting import access_not_over
from apps.people.models import Person


class Scope(StrEnum):
    """How much of somebody's access is revoked together."""

    ACCESS = "access"
    DATASET = "dataset"
    DATASETS = "datasets"
    PROJECT = "project"


@dataclass(frozen=True)
class Remaining:
    """What is left of access that is not over, among the datasets that the reader manages.

    `without_grant` are their datasets with open or registered access that the holder can download, by the access rule
    as after a sign-in with a second factor; no revocation ends that.
    """

    same_dataset: list[AccessGrant]
    other_datasets: list[AccessGrant]
    colleagues: list[AccessGrant]
    without_grant: list[Dataset] = field(default_factory=list)


def what_remains(grant: AccessGrant, *, reader: Viewer) -> Remaining:
    """What is left if only this access ends: other access of its holder, and that of colleagues in the project."""
    others = [one for one in _of_holder(grant.holder_id, reader) if one.pk != grant.pk]
    return Remaining(
        same_dataset=[one for one in others if one.dataset_id == grant.dataset_id],
        other_datasets=[one for one in others if one.dataset_id != grant.dataset_id],
        colleagues=[one for one in _of_project(grant, reader) if one.holder_id != grant.holder_id],
        without_grant=_without_grant(grant.holder_id, reader),
    )


def _without_grant(holder: UUID, reader: Viewer) -> list[Dataset]:
    someone = Person(pk=holder)
    someone.second_factor = True
    opened = downloadable_versions(someone).filter(dataset=OuterRef("pk"))
    datasets = Dataset.objects.managed_by(reader).exclude(access=Dataset.Access.CONTROLLED)
    return list(datasets.filter(Exists(opened)).order_by("title", "pk"))


def what_holder_keeps(grant: AccessGrant) -> Remaining:
    """The same for the page of this access, which its holder and the managers of the dataset read: on this dataset."""
    here = AccessGrant.objects.filter(access_not_over(), dataset=grant.dataset_id).exclude(pk=grant.pk)
    fetched = here.select_related("holder", "agreement__item__request").order_by("-ends_at", "pk")
    project = fetched.filter(agreement__item__request=grant.agreement.item.request_id)
    return Remaining(
        same_dataset=list(fetched.filter(holder=grant.holder_id)),
        other_datasets=[],
        colleagues=list(project.exclude(holder=grant.holder_id)),
    )


def what_ends(grant: AccessGrant, scope: Scope, *, reader: Viewer) -> list[AccessGrant]:
    """The access that a revocation with this scope ends; only on datasets that the reader manages."""
    if scope == Scope.PROJECT:
        return _of_project(grant, reader)
    everything = _of_holder(grant.holder_id, reader)
    if scope == Scope.DATASETS:
        return everything
    if scope == Scope.DATASET:
        return [one for one in everything if one.dataset_id == grant.dataset_id]
    return [one for one in everything if one.pk == grant.pk]


def _of_holder(holder: UUID, reader: Viewer) -> list[AccessGrant]:
    return _current(on_datasets_managed_by(reader).filter(holder_id=holder))


def _of_project(grant: AccessGrant, reader: Viewer) -> list[AccessGrant]:
    request = grant.agreement.item.request_id
    return _current(
        on_datasets_managed_by(reader).filter(agreement__item__request_id=request, dataset_id=grant.dataset_id)
    )


def _current(grants: QuerySet[AccessGrant]) -> list[AccessGrant]:
    return list(grants.filter(access_not_over()).order_by("dataset__title", "ends_at", "pk"))

"""Sets of datasets, versions and files."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import JSONObject

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import chaired_by
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.datasets.conditions import Use, in_order
from apps.datasets.models import (
    CommitteeProposal,
    Condition,
    Dataset,
    DatasetRole,
    Distribution,
    Removal,
    Version,
)
from apps.datasets.states import VersionState
from apps.people.models import Person, PlatformRole
from apps.people.queries import has_platform_role, officials_of, people_by_id, people_with_platform_role

COUNTED_UP_TO = 1000


@dataclass(frozen=True)
class Page:
    """The first datasets of a list, and how many there are."""

    items: list[Dataset]
    total: int
    more_than_counted: bool


def catalogue() -> QuerySet[Dataset]:
    """The datasets that everybody may see, newest first; with words and filters: `search.find`."""
    newest = (F("listed_from").desc(nulls_last=True), "-id")  # the order of the index `dataset_newest`
    return Dataset.objects.listed().order_by(*newest)


def first_page(found: QuerySet[Dataset], *, size: int) -> Page:
    """The first datasets, and the total, counted up to 1,000. To go on from a dataset: `search.page_of`."""
    number, more = counted(found)
    return Page(list(in_lists(found)[:size]), number, more)


def counted(found: QuerySet[Dataset]) -> tuple[int, bool]:
    """The number of datasets, counted up to 1,000, and whether there are more."""
    number = found.order_by()[: COUNTED_UP_TO + 1].count()
    return min(number, COUNTED_UP_TO), number > COUNTED_UP_TO


def in_lists(found: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """The same datasets with the columns that a list shows, without their long texts."""
    return found.defer("description").select_related("committee", "institution")


def condition_rows(dataset: str = "pk") -> ArraySubquery:
    """The use conditions of each row's dataset, to annotate a query with; `conditions.listed` reads the value.

    `dataset` is the column of the row that has the dataset's id.
    """
    rows = Condition.objects.filter(dataset=OuterRef(dataset)).order_by("code", "value")
    return ArraySubquery(rows.values(json=JSONObject(code="code", value="value")))


def uses_of(dataset: Dataset) -> list[Use]:
    """The use conditions of one dataset, in the order of the terms."""
    return in_order(Use(*row) for row in Condition.objects.filter(dataset=dataset).values_list("code", "value"))


def visible_to(person: Viewer) -> QuerySet[Dataset]:
    """The datasets this person may see."""
    return Dataset.objects.visible_to(person)


def dataset_called(slug: str, person: Viewer) -> Dataset | None:
    """The dataset with this short name; None if there is none or this person may not see it."""
    found = visible_to(person).select_related("committee", "institution").filter(slug=slug)
    return found.annotate(condition_rows=condition_rows(), owner_names=_owner_names()).first()


def _owner_names() -> ArraySubquery:
    """The names of the active owners of each row's dataset."""
    owners = DatasetRole.objects.filter(content_object=OuterRef("pk"), permission__codename=Dataset.OWNER)
    named = owners.filter(user__is_active=True).exclude(user__name="")
    return ArraySubquery(named.order_by("user__name").values("user__name"))


def sized_versions(dataset: Dataset, person: Viewer) -> list[Any]:
    """The versions of a dataset this person may see, newest first, each with `files` and `bytes` (see `sizes`)."""
    return list(sizes(versions_visible_to(person, dataset).prefetch_related(None)))


def managed_by(person: Viewer) -> QuerySet[Dataset]:
    """The datasets of which this person is an owner or steward."""
    return Dataset.objects.managed_by(person)


def versions_visible_to(person: Viewer, dataset: Dataset) -> QuerySet[Version]:
    """The versions of a dataset this person may see, newest first, with their files prefetched."""
    files = Prefetch("distributions", queryset=Distribution.objects.order_by("name"))
    return Version.objects.visible_to(person).filter(dataset=dataset).prefetch_related(files).order_by("-number")


def current_version(dataset: Dataset) -> Version | None:
    """The newest version that is available now; a later version under embargo is not."""
    return Version.objects.available().filter(dataset=dataset).order_by("-number").first()


def embargo_ended() -> QuerySet[Version]:
    """Published versions whose embargo has ended, and which have not yet superseded what is earlier."""
    published = Version.objects.filter(state=VersionState.PUBLISHED, released_at__isnull=True)
    return published.filter(embargo_until__lte=clock.sql_now()).order_by("dataset_id", "number")


def embargoed_with_files_of(draft: Version) -> Version | None:
    """The version whose embargo ends last of those that are under embargo and share with the draft files that no
    available version has; None if there is none. Files are the same if they have the same stored bytes.
    """
    files = Distribution.objects.filter(version=draft)
    available = Version.objects.available().filter(dataset=draft.dataset_id)
    public = Distribution.objects.filter(version__in=available).values("storage_key")
    kept = Version.objects.filter(dataset=draft.dataset_id, embargo_until__gt=clock.sql_now())
    kept = kept.filter(state__in=[VersionState.PUBLISHED, VersionState.SUPERSEDED])
    shared = Distribution.objects.filter(version=OuterRef("pk"), storage_key__in=files.values("storage_key"))
    return kept.filter(Exists(shared.exclude(storage_key__in=public))).order_by("-embargo_until").first()


def open_proposal(dataset: Dataset) -> CommitteeProposal | None:
    """The proposal that awaits a committee's answer; None if there is none."""
    return _proposals(dataset).filter(outcome=CommitteeProposal.Outcome.AWAITING).first()


def last_proposal(dataset: Dataset) -> CommitteeProposal | None:
    """The newest proposal of the dataset to a committee, answered or not."""
    return _proposals(dataset).order_by("-proposed_at").first()


def _proposals(dataset: Dataset) -> QuerySet[CommitteeProposal]:
    return CommitteeProposal.objects.filter(dataset=dataset).select_related("committee", "answered_by")


def last_proposals(datasets: Iterable[Dataset]) -> dict[UUID, CommitteeProposal]:
    """The newest proposal of each of these datasets to a committee, by dataset id; one statement."""
    rows = CommitteeProposal.objects.filter(dataset__in=[one.pk for one in datasets]).select_related("committee")
    return {one.dataset_id: one for one in rows.order_by("proposed_at")}


def proposals_visible_to(person: Viewer) -> QuerySet[CommitteeProposal]:
    """The proposals that this person may read and answer: those to committees of which they are the chair.

    An operator answers for committees without a chair.
    """
    mine = Q(committee__in=chaired_by(person))
    if has_platform_role(person, PlatformRole.Kind.OPERATOR):
        chairs = CommitteeMember.objects.active().filter(is_chair=True).values("committee_id")
        mine |= ~Q(committee__in=chairs)
    return CommitteeProposal.objects.filter(mine)


def open_proposals_to(committee: Committee) -> QuerySet[CommitteeProposal]:
    """The datasets that await acceptance by this committee, oldest first."""
    waiting = CommitteeProposal.objects.filter(committee=committee, outcome=CommitteeProposal.Outcome.AWAITING)
    return waiting.select_related("dataset__institution").order_by("proposed_at")


def proposals_to_answer(person: Viewer) -> QuerySet[CommitteeProposal]:
    """Those of them that await this person's answer, oldest first: only a chair answers for a dataset they manage."""
    may = Q(committee__in=chaired_by(person)) | ~roles.role_exists(
        person, Dataset.MANAGERS, Dataset, outer="dataset_id"
    )
    waiting = proposals_visible_to(person).filter(may, outcome=CommitteeProposal.Outcome.AWAITING)
    return waiting.select_related("dataset__institution", "committee").order_by("proposed_at")


def sizes(versions: QuerySet[Version]) -> QuerySet[Version]:
    """Versions annotated with `files` (their number), `unchecked` (files without a checksum yet) and `bytes`."""
    unchecked = Case(When(distributions__sha256="", then=Value(1)), output_field=IntegerField())
    return versions.annotate(
        files=Count("distributions"), unchecked=Count(unchecked), bytes=Sum("distributions__size", default=0)
    )


def overview_of(person: Viewer) -> QuerySet[Dataset]:
    """The datasets this person manages, by title, with their newest version and their newest one that is no draft."""
    newest = Version.objects.filter(dataset=OuterRef("pk")).order_by("-number")
    published = newest.exclude(state=VersionState.DRAFT)
    rows = managed_by(person).defer("description").select_related("committee", "institution")
    return rows.annotate(
        version_number=Subquery(newest.values("number")[:1]),
        version_state=Subquery(newest.values("state")[:1]),
        published_number=Subquery(published.values("number")[:1]),
        published_at=Subquery(published.values("published_at")[:1]),
        published_state=Subquery(published.values("state")[:1]),
    ).order_by("title", "pk")


def titles_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The titles of these datasets."""
    return dict(Dataset.objects.filter(pk__in=set(ids)).values_list("pk", "title"))


@dataclass(frozen=True)
class RoleHolder:
    """A person and their role on a dataset."""

    person: Person
    role: str


def role_holders_of(dataset: Dataset) -> list[RoleHolder]:
    """Everyone with a role on the dataset, owners first."""
    pairs = roles.roles_on(dataset)
    people = {person.pk: person for person in people_by_id(pk for pk, _role in pairs).select_related("institution")}
    order = {role: position for position, role in enumerate(Dataset.ROLES)}
    return [RoleHolder(people[pk], role) for pk, role in sorted(pairs, key=lambda pair: order[pair[1]])]


def removed_roles_of(dataset: Dataset) -> QuerySet[Removal]:
    """The roles that were removed from people, newest first, with the reasons."""
    return Removal.objects.filter(dataset=dataset, person__isnull=False).select_related("person", "removed_by")[:20]


def owners_of(dataset: Dataset) -> QuerySet[Person]:
    """The owners of the dataset, active or not."""
    return roles.people_with_role(dataset, Dataset.OWNER)


def has_owner(dataset: Dataset) -> bool:
    """Whether somebody who can act owns the dataset."""
    return owners_of(dataset).filter(is_active=True).exists()


def left_without_owner(person_id: UUID | None) -> list[Dataset]:
    """The datasets that this person owns and no active person does."""
    owned = roles.with_roles(Person(pk=person_id), [Dataset.OWNER], Dataset).order_by("pk")
    return [dataset for dataset in owned if not has_owner(dataset)]


def reported_without_owner() -> list[tuple[Dataset, int]]:
    """The datasets that no active person owns, each with the event by which it lost the last one it is reported for."""
    reports = Event.objects.filter(kind=Kind.OWNER_MISSING).order_by("subject_id", "-id").distinct("subject_id")
    causes = dict(reports.values_list("subject_id", "facts__cause"))
    datasets = Dataset.objects.filter(pk__in=causes).order_by("pk")
    return [(dataset, causes[dataset.pk]) for dataset in datasets if not has_owner(dataset)]


def who_names_owner(dataset: Dataset) -> list[Person]:
    """The signing officials of the dataset's institution; the operators where there is none."""
    officials = officials_of([dataset.institution_id] if dataset.institution_id else [])
    operators = people_with_platform_role(PlatformRole.Kind.OPERATOR).filter(is_break_glass=False)
    return [person for each in officials.values() for person in each] or list(operators)


def solely_owned_by(person: Person) -> list[Dataset]:
    """The datasets that lose their only active owner if this person's account is closed."""
    owned = roles.with_roles(person, [Dataset.OWNER], Dataset).order_by("title", "pk")
    return [one for one in owned if not owners_of(one).filter(is_active=True).exclude(pk=person.pk).exists()]


def owners_by_dataset(datasets: Iterable[UUID]) -> dict[UUID, list[Person]]:
    """The active owners of each of these datasets, by name; one statement."""
    rows = DatasetRole.objects.filter(
        content_object__in=set(datasets), permission__codename=Dataset.OWNER, user__is_active=True
    )
    found: dict[UUID, list[Person]] = {}
    for row in rows.select_related("user").order_by("user__name", "pk"):
        found.setdefault(row.content_object_id, []).append(row.user)
    return found


def stewards_of(dataset: Dataset) -> QuerySet[Person]:
    return roles.people_with_role(dataset, Dataset.STEWARD)


def is_owner(person: Viewer, dataset: Dataset) -> bool:
    return roles.has_role(person, [Dataset.OWNER], dataset)


def is_manager(person: Viewer, dataset: Dataset) -> bool:
    return roles.has_role(person, Dataset.MANAGERS, dataset)


def files_visible_to(person: Viewer) -> QuerySet[Distribution]:
    """Files whose name and size this person may see; whether they may download them is the access rule."""
    return Distribution.objects.of_visible_versions(person).select_related("version__dataset__committee")


def sizes_of_current(datasets: Iterable[Dataset]) -> dict[UUID, tuple[int, int]]:
    """The number of files and bytes of the current version of each dataset, by dataset id; one statement."""
    available = Version.objects.available().filter(dataset__in=[dataset.pk for dataset in datasets]).order_by("number")
    rows = available.annotate(files=Count("distributions"), bytes=Sum("distributions__size", default=0))
    return {pk: (files, size) for pk, files, size in rows.values_list("dataset_id", "files", "bytes")}


def public_numbers() -> dict[str, int]:
    """How many datasets are listed, how many of them are open, and of how many institutions; one statement."""
    is_open = Q(access=Dataset.Access.OPEN)
    return (
        Dataset.objects.listed()
        .order_by()
        .aggregate(
            datasets=Count("pk"), open=Count("pk", filter=is_open), institutions=Count("institution", distinct=True)
        )
    )

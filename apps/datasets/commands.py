"""Commands on datasets: draft, describe, upload and check files, publish, withdraw, assign roles."""

import hashlib
import mimetypes
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.audit.models import Event
from apps.audit.record import Kind, record
from apps.core import clock, roles
from apps.core.actors import SYSTEM, Actor
from apps.core.errors import Invalid, Unavailable
from apps.core.identifiers import new_id, new_storage_key
from apps.core.storage import private_storage
from apps.core.text import is_blank
from apps.datasets import queries, rules
from apps.datasets.conditions import Use
from apps.datasets.models import Condition, Dataset, Distribution, Version
from apps.datasets.states import VersionState
from apps.people.models import Person
from apps.people.rules import check_named, check_person

RESERVED_SLUGS = {"new"}  # /datasets/new/ is a page of the portal
BLOCK = 1024 * 1024
MEDIA_TYPES = {".nii": "application/x-nifti", ".vcf": "text/x-vcf", ".dcm": "application/dicom", ".csv": "text/csv"}


@transaction.atomic
def draft(title: str, *, by: Actor, slug: str = "") -> Dataset:
    """Create a dataset with an empty first version. The person who creates it becomes its owner."""
    by = check_person(by)
    rules.check_can_draft(by)
    if is_blank(title):
        raise Invalid(_("Enter a title for the dataset."), field="title")
    dataset = Dataset.objects.create(
        title=title.strip(), slug=_free_slug(slug or title), institution_id=by.institution_id
    )
    roles.assign(by, Dataset.OWNER, dataset)
    record(Kind.DATASET_DRAFTED, actor=by, subject=dataset)
    record(Kind.ROLE_GIVEN, actor=by, subject=dataset, about=[by], role=Dataset.OWNER)
    Version.objects.create(dataset=dataset, number=1)
    return dataset


@transaction.atomic
def describe(dataset: Dataset, *, by: Actor, seen: str = "", **changes: Any) -> Dataset:
    """Change the description. Fields outside DESCRIBED are refused.

    `seen` is the digest of the description that the editor opened; empty skips that check. `conditions` is the complete
    list of use conditions, as `conditions.Use`.
    """
    by = check_person(by)
    dataset = _lock(dataset)
    rules.check_can_manage(by, dataset)
    rules.check_seen(dataset, seen)
    unknown = set(changes) - set(rules.DESCRIBED)
    if unknown:
        raise Invalid(_("You cannot change these fields here: %(names)s") % {"names": ", ".join(sorted(unknown))})
    rules.check_description(dataset, changes)
    columns = {name: value for name, value in changes.items() if name != "conditions"}
    changed = [name for name, value in columns.items() if getattr(dataset, name) != value]
    for name in changed:
        setattr(dataset, name, columns[name])
    if changed:
        dataset.save(update_fields=changed)
    if "conditions" in changes and _set_conditions(dataset, changes["conditions"]):
        changed.append("conditions")
    if changed:
        record(Kind.DATASET_DESCRIBED, actor=by, subject=dataset, fields="+".join(sorted(changed)))
    return dataset


def _set_conditions(dataset: Dataset, uses: list[Use]) -> bool:
    """Replace the use conditions of the dataset; returns whether that changed anything."""
    wanted, current = set(uses), set(queries.uses_of(dataset))
    for removed in current - wanted:
        Condition.objects.filter(dataset=dataset, code=removed.code, value=removed.value).delete()
    added = [Condition(dataset=dataset, code=use.code, value=use.value) for use in wanted - current]
    Condition.objects.bulk_create(added)
    return wanted != current


@transaction.atomic
def start_version(dataset: Dataset, *, by: Actor, notes: str = "") -> Version:
    """Create an empty draft after the newest version; returns the existing draft if there is one."""
    by = check_person(by)
    dataset = _lock(dataset)
    rules.check_can_manage(by, dataset)
    existing = Version.objects.filter(dataset=dataset, state=VersionState.DRAFT).first()
    if existing is not None:
        return existing
    newest = Version.objects.filter(dataset=dataset).order_by("-number").first()
    version = Version.objects.create(dataset=dataset, number=newest.number + 1 if newest else 1, notes=notes)
    record(Kind.VERSION_DRAFTED, actor=by, subject=version, about=[dataset], number=version.number)
    return version


def add_file(
    version: Version, *, name: str, content: BinaryIO, size: int, declared: int | None = None, by: Actor
) -> Distribution:
    """Add a file to a draft version. The bytes are stored first, the row is created when they are complete.

    `size` is the number of bytes received, `declared` the number announced by the sender, if any.
    """
    by = check_person(by)
    with transaction.atomic():
        _check_may_change_files(version, by)
        name = rules.check_file_name(name)
        rules.check_size(size, declared)
        _check_name_free(version, name)
    key = _store(content)
    try:
        return _register(version, name=name, size=size, key=key, by=by)
    except BaseException:
        private_storage().delete(key)
        raise


@transaction.atomic
def _register(version: Version, *, name: str, size: int, key: str, by: Person) -> Distribution:
    _check_may_change_files(version, by)
    stored = private_storage().size(key)
    rules.check_size(stored, size)
    try:
        with transaction.atomic():
            file = Distribution.objects.create(
                version=version, name=name, size=size, storage_key=key, media_type=_media_type(name), uploaded_by=by
            )
    except IntegrityError as clash:
        raise _name_taken() from clash
    record(Kind.FILE_UPLOADED, actor=by, subject=file, about=[version, version.dataset_id], size=size)
    return file


@transaction.atomic
def check_file(file_id: UUID, *, by: Actor) -> None:
    """Store the SHA-256 of the file's bytes (FIPS 180-4, lower-case hex). Does nothing if it is stored already."""
    check_named(by, SYSTEM)
    file = Distribution.objects.select_for_update().filter(pk=file_id, sha256="").first()
    if file is None:
        return
    digest, size = hashlib.sha256(), 0
    with private_storage().open(file.storage_key, "rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            size += len(block)
    if size != file.size:
        raise Unavailable(_("The size of the stored file has changed since the upload."))
    Distribution.objects.filter(pk=file.pk).update(sha256=digest.hexdigest(), checked_at=clock.now())
    version = file.version
    record(Kind.FILE_CHECKED, actor=by, subject=file, about=[version, version.dataset_id], sha256=digest.hexdigest())


@transaction.atomic
def remove_file(file: Distribution, *, by: Actor) -> None:
    """Remove a file from a draft; files of a published version cannot be removed."""
    by = check_person(by)
    version = file.version
    _check_may_change_files(version, by)
    record(Kind.FILE_REMOVED, actor=by, subject=file, about=[version, version.dataset_id], size=file.size)
    key = file.storage_key
    file.delete()
    transaction.on_commit(lambda: private_storage().delete(key))


@transaction.atomic
def publish(version: Version, *, by: Actor, embargo_until: datetime | None = None) -> Version:
    """Publish the version; it cannot be changed afterwards and becomes visible when its embargo, if any, ends."""
    by = check_person(by)
    dataset = _lock(version.dataset)
    version = Version.objects.select_related("dataset").get(pk=version.pk)
    rules.check_can_publish(by, version)
    rules.check_embargo(embargo_until)
    now = clock.now()
    for earlier in Version.objects.filter(dataset=dataset, state=VersionState.PUBLISHED):
        earlier.move("supersede")
    version.move("publish", published_at=now, embargo_until=embargo_until)
    visible_from = embargo_until or now
    if dataset.listed_from is None or dataset.listed_from > visible_from:
        dataset.listed_from = visible_from
        dataset.save(update_fields=["listed_from"])
    record(Kind.VERSION_PUBLISHED, actor=by, subject=version, about=[dataset], number=version.number)
    return version


@transaction.atomic
def withdraw(version: Version, *, by: Actor, reason: str) -> None:
    """Withdraw the version. Its files cannot be downloaded any more; its page shows the reason."""
    by = check_person(by)
    dataset = _lock(version.dataset)
    version = Version.objects.select_for_update().get(pk=version.pk)
    rules.check_is_owner(by, dataset)
    rules.check_withdrawal_reason(reason)
    version.move("withdraw", withdrawn_at=clock.now(), withdrawn_because=reason.strip())
    record(Kind.VERSION_WITHDRAWN, actor=by, subject=version, about=[dataset], number=version.number)


@transaction.atomic
def give_role(dataset: Dataset, *, person: Person, role: str, by: Actor) -> None:
    """Give a colleague a role on the dataset."""
    by = check_person(by)
    rules.check_is_owner(by, dataset)
    if not roles.has_role(person, [role], dataset):
        roles.assign(person, role, dataset)
        record(Kind.ROLE_GIVEN, actor=by, subject=dataset, about=[person], role=role)


@transaction.atomic
def name_owner(dataset: Dataset, *, person: Person, by: Actor) -> None:
    """Give an owner to a dataset that no active person owns."""
    by = check_person(by)
    dataset = _lock(dataset)
    rules.check_can_name_owner(by, dataset)
    rules.check_can_become_owner(by, person)
    roles.assign(person, Dataset.OWNER, dataset)
    record(Kind.ROLE_GIVEN, actor=by, subject=dataset, about=[person], role=Dataset.OWNER)


@transaction.atomic
def record_owner_missing(dataset: Dataset, *, cause: int, by: Actor) -> None:
    """Write down, once for each `cause` (the id of an event), that no active person owns the dataset."""
    check_named(by, SYSTEM)
    dataset = _lock(dataset)
    reported = Event.objects.filter(kind=Kind.OWNER_MISSING, subject_id=dataset.pk, facts__cause=cause)
    if not reported.exists():
        record(Kind.OWNER_MISSING, actor=by, subject=dataset, cause=cause)


@transaction.atomic
def remove_role(dataset: Dataset, *, person: Person, role: str, by: Actor) -> None:
    """Remove a colleague's role; the last active owner cannot be removed."""
    by = check_person(by)
    dataset = _lock(dataset)
    rules.check_is_owner(by, dataset)
    others = roles.people_with_role(dataset, Dataset.OWNER).filter(is_active=True).exclude(pk=person.pk)
    if role == Dataset.OWNER and not others.exists():
        raise Invalid(_("A dataset must have at least one owner. Add another owner first."))
    if roles.has_role(person, [role], dataset):
        roles.remove(person, role, dataset)
        record(Kind.ROLE_TAKEN, actor=by, subject=dataset, about=[person], role=role)


def _lock(dataset: Dataset) -> Dataset:
    return Dataset.objects.select_for_update().get(pk=dataset.pk)


def _check_may_change_files(version: Version, by: Person) -> None:
    _lock(version.dataset)
    version.refresh_from_db(fields=["state"])
    rules.check_can_manage(by, version.dataset)
    rules.check_draft(version)


def _check_name_free(version: Version, name: str) -> None:
    if Distribution.objects.filter(version=version, name__iexact=name).exists():
        raise _name_taken()


def _name_taken() -> Invalid:
    return Invalid(_("A file with this name already exists. Remove it or rename your file."), field="file")


def _store(content: BinaryIO) -> str:
    key = new_storage_key()
    try:
        return str(private_storage().save(key, File(content)))
    except OSError as error:
        private_storage().delete(key)
        raise Unavailable(_("The file could not be stored. Nothing was saved. Try again later.")) from error


def _media_type(name: str) -> str:
    extension = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return MEDIA_TYPES.get(extension) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _free_slug(text: str) -> str:
    base = slugify(text)[:60] or "dataset"
    if base not in RESERVED_SLUGS and not Dataset.objects.filter(slug=base).exists():
        return base
    return f"{base}-{new_id().hex[:6]}"

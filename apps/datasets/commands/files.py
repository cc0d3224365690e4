"""Commands on the files of a draft: upload, check, remove."""

import hashlib
import logging
import mimetypes
from contextlib import suppress
from typing import BinaryIO
from uuid import UUID

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.audit.record import Kind, record
from apps.core import causes, clock
from apps.core.actors import SYSTEM, Actor
from apps.core.errors import Invalid, Unavailable
from apps.core.identifiers import new_id, new_storage_key
from apps.core.storage import StorageUnavailable, private_storage
from apps.core.text import is_blank
from apps.datasets import rules
from apps.datasets.commands.locks import _lock
from apps.datasets.models import Distribution, Removal, Version
from apps.people.models import Person
from apps.people.rules import check_named, check_person

log = logging.getLogger(__name__)

BLOCK = 1024 * 1024
MEDIA_TYPES = {".nii": "application/x-nifti", ".vcf": "text/x-vcf", ".dcm": "application/dicom", ".csv": "text/csv"}


def add_file(
    version: Version, *, name: str, content: BinaryIO, size: int, declared: int | None = None, replace: bool = False,
    by: Actor,
) -> Distribution:  # fmt: skip
    """Add a file to a draft version. The bytes are stored first, the row is created when they are complete.

    `size` is the number of bytes received, `declared` the number announced by the sender, if any. `replace` removes a
    file of the same name from the draft.
    """
    by = check_person(by)
    with transaction.atomic():
        _check_may_change_files(version, by)
        name = rules.check_file_name(name)
        rules.check_size(size, declared)
        rules.check_number_of_files(version)
        if not replace:
            _check_name_free(version, name)
    key = _store(content)
    try:
        return _register(version, name=name, size=size, key=key, replace=replace, by=by)
    except BaseException:
        private_storage().delete(key)
        raise


@transaction.atomic
def _register(version: Version, *, name: str, size: int, key: str, replace: bool, by: Person) -> Distribution:
    _check_may_change_files(version, by)
    stored = private_storage().size(key)
    rules.check_size(stored, size)
    rules.check_number_of_files(version)
    if replace:
        _remove_called(version, name, by)
    try:
        with transaction.atomic():
            file = Distribution.objects.create(
                version=version, name=name, size=size, storage_key=key, media_type=_media_type(name), uploaded_by=by
            )
    except IntegrityError as clash:
        raise _name_taken() from clash
    record(Kind.FILE_UPLOADED, actor=by, subject=file, about=[version, version.dataset_id], size=size)
    return file


def _remove_called(version: Version, name: str, by: Person) -> None:
    """Remove the file of this name, which another one replaces."""
    for file in Distribution.objects.filter(version=version, name__iexact=name):
        record(Kind.FILE_REMOVED, actor=by, subject=file, about=[version, version.dataset_id], size=file.size)
        _drop(Distribution.objects.filter(pk=file.pk))


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
def remove_file(file: Distribution, *, by: Actor, reason: str = "") -> None:
    """Remove a file from a draft; files of a published version cannot be removed. A reason is kept for colleagues."""
    by = check_person(by)
    version = file.version
    _check_may_change_files(version, by)
    record(Kind.FILE_REMOVED, actor=by, subject=file, about=[version, version.dataset_id], size=file.size)
    if not is_blank(reason):
        Removal.objects.create(dataset_id=version.dataset_id, label=file.name, reason=reason.strip(), removed_by=by)
    _drop(Distribution.objects.filter(pk=file.pk))


def _drop_files(version: Version) -> None:
    """Delete every file of a draft version; the dataset is locked."""
    _drop(Distribution.objects.filter(version=version))


def _drop(files: QuerySet[Distribution]) -> None:
    """Delete the rows, and after the commit the bytes that no other version names.

    If the process dies in between, the clean-up of orphaned files deletes them. Rows are copied only under the lock of
    the dataset, which the caller holds: bytes without a row cannot get one again.
    """
    keys = set(files.values_list("storage_key", flat=True))
    files.delete()
    unused = keys - set(Distribution.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True))
    transaction.on_commit(lambda: _delete_bytes(unused))


def _delete_bytes(keys: set[str]) -> None:
    for key in keys:
        private_storage().delete(key)


def _copy_files(source: Version, draft: Version) -> int:
    """Give the draft a row for each file of another version of the dataset, with the same stored bytes; how many."""
    files = list(Distribution.objects.filter(version=source))
    for file in files:
        file.pk, file.version = new_id(), draft
        file._state.adding = True
    Distribution.objects.bulk_create(files, batch_size=1000)
    return len(files)


def _check_may_change_files(version: Version, by: Person) -> None:
    _lock(version.dataset)
    version.refresh_from_db(fields=["state"])
    rules.check_can_manage(by, version.dataset)
    rules.check_draft(version)


def _check_name_free(version: Version, name: str) -> None:
    if Distribution.objects.filter(version=version, name__iexact=name).exists():
        raise _name_taken()


def _name_taken() -> Invalid:
    return Invalid(
        _("A file with this name already exists. Rename your file, or choose to replace files with the same name."),
        field="file",
    )


def _store(content: BinaryIO) -> str:
    key = new_storage_key()
    try:
        return str(private_storage().save(key, File(content)))
    except OSError as error:
        log.error("a file could not be stored. %s", causes.for_log(causes.cause_of(error)))
        if not isinstance(error, StorageUnavailable):
            with suppress(Exception):  # what stays is deleted after a day (portal/orphans.py)
                private_storage().delete(key)
        raise Unavailable(_("The file could not be stored. Nothing was saved. Try again later.")) from error


def _media_type(name: str) -> str:
    extension = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return MEDIA_TYPES.get(extension) or mimetypes.guess_type(name)[0] or "application/octet-stream"

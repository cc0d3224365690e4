"""The stored files of a backup: a tar of their bytes (local storage), or a list of them (S3)."""

import hashlib
import json
import os
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import FileSystemStorage
from django.db import connection

from apps.core.storage import private_storage
from apps.core.stored_files import keys_in_use, stored_file_fields
from portal.backup.errors import BackupError
from portal.backup.sealing import Measured

CHUNK = 1024 * 1024


def holds_files() -> bool:
    """Whether the portal stores its files in a folder, so that a backup contains their bytes."""
    return isinstance(private_storage(), FileSystemStorage)


def folder() -> Path:
    """The folder of local storage."""
    return Path(private_storage().location)


@dataclass
class Found:
    """What was read of the storage: files, bytes, and the keys that were missing or had other bytes."""

    count: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def list_keys(target: IO[bytes]) -> int:
    """One JSON line for each stored file that a row of this snapshot names: key and SHA-256 (empty: never computed).

    Each key once. Returns how many.
    """
    count = 0
    for model, name in stored_file_fields():
        rows = model._base_manager.filter(**{f"{name}__isnull": False}).order_by(name).distinct(name)
        for key, sha256 in rows.values_list(name, "sha256").iterator(chunk_size=2000):
            target.write(json.dumps({"key": key, "sha256": sha256}).encode() + b"\n")
            count += 1
    return count


def listed(source: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The lines of such a list, from its start."""
    source.seek(0)
    for line in source:
        yield json.loads(line)


def objects(source: IO[bytes], found: Found) -> Iterator[bytes]:
    """The list with the size of each object as the bucket says it; the bytes stay in the bucket."""
    storage = private_storage()
    for one in listed(source):
        if not storage.exists(one["key"]):
            _note_missing(one["key"], found)
            continue
        size = storage.size(one["key"])
        found.count, found.size = found.count + 1, found.size + size
        yield json.dumps({**one, "size": size}).encode() + b"\n"


def write_tar(target: IO[bytes], source: IO[bytes], found: Found, progress: Callable[[int], None]) -> None:
    """The bytes of every listed file, each compared with its checksum; memory does not grow with their size."""
    with tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for one in listed(source):
            _add(tar, one["key"], one["sha256"], found, progress)


def _add(tar: tarfile.TarFile, key: str, sha256: str, found: Found, progress: Callable[[int], None]) -> None:
    try:
        file = private_storage().open(key)
    except FileNotFoundError:
        _note_missing(key, found)
        return
    with file:
        entry = tarfile.TarInfo(key)
        entry.size = file.size
        measured = Measured(file, progress)
        tar.addfile(entry, measured)
    if sha256 and measured.sha256 != sha256:
        found.damaged.append(key)
    found.count, found.size = found.count + 1, found.size + entry.size


def _note_missing(key: str, found: Found) -> None:
    """A file of a draft may be removed while the backup runs; then no row names it any more."""
    if key in keys_in_use([key]):
        found.missing.append(key)


class Piped:
    """What a writer writes, to be read elsewhere: `write(file)` runs in a thread of its own."""

    def __init__(self, write: Callable[[IO[bytes]], None]) -> None:
        read, into = os.pipe()
        self.source = os.fdopen(read, "rb")
        self._into = os.fdopen(into, "wb")
        self._write = write
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="backup-files", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait for the writer, and raise what it raised."""
        self.source.close()
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            with self._into:
                self._write(self._into)
        except BaseException as fault:
            self._fault = fault
        finally:
            connection.close()


class Unpacker:
    """Writes the files of a tar that it receives piece by piece; a key that leaves `target` is refused."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.count = 0

    def unpack(self, source: IO[bytes]) -> None:
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for entry in tar:
                path = (self.target / entry.name).resolve()
                if not entry.isfile() or not path.is_relative_to(self.target.resolve()):
                    raise BackupError("The backup's files contain something that is not a stored file.")
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
                packed = tar.extractfile(entry)
                assert packed is not None
                with path.open("xb") as out:
                    shutil.copyfileobj(packed, out, CHUNK)
                path.chmod(0o640)
                self.count += 1


def absent_objects(lines: Iterator[bytes]) -> list[str]:
    """Keys of the list whose object is not in the bucket, or has another size."""
    storage = private_storage()
    wrong = []
    for line in lines:
        one = json.loads(line)
        if not storage.exists(one["key"]) or storage.size(one["key"]) != one["size"]:
            wrong.append(one["key"])
    return wrong


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

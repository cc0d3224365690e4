"""What a backup says of itself: a JSON file that is readable without the private key, and its signature."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from portal.backup import sealing
from portal.backup.errors import BackupError

FORMAT = 1
NAME, SIGNATURE = "manifest.json", "manifest.sig"
DATABASE, FILES, OBJECTS = "database.age", "files.age", "objects.age"


@dataclass
class Part:
    """One encrypted file of the backup. Sizes are bytes; `inner` is what was encrypted."""

    name: str
    size: int
    sha256: str
    inner_size: int
    inner_sha256: str


@dataclass
class Manifest:
    """No names of people, datasets or files: whoever reads it learns versions, sizes and checksums."""

    id: str
    portal: str
    taken_at: str  # ISO 8601, by the clock of the database
    django: str
    postgres: int
    migrations: list[str]
    log_last: int  # the newest event in the backup, 0 if there is none
    log_count: int
    log_line: str  # SHA-256 of that event as it is exported
    storage: str  # "files": their bytes are in the backup; "objects": only keys, sizes and checksums are
    stored_count: int
    stored_bytes: int
    missing: int  # stored files that the database names and the storage did not have
    damaged: int  # stored files whose bytes do not match their checksum
    format: int = FORMAT
    parts: list[Part] = field(default_factory=list)

    def part(self, name: str) -> Part:
        for one in self.parts:
            if one.name == name:
                return one
        raise BackupError(f"The backup has no part {name}.")


def write(folder: Path, manifest: Manifest) -> None:
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True)
    (folder / NAME).write_text(text)
    (folder / SIGNATURE).write_text(sealing.signature_of(text, purpose="backup"))


def read(folder: Path) -> Manifest:
    """The manifest of a whole backup of this portal; BackupError says why it is none."""
    if folder.suffix == ".part":
        raise BackupError(f"{folder} is an interrupted backup. Delete it and use a complete one.")
    try:
        text, signature = (folder / NAME).read_text(), (folder / SIGNATURE).read_text()
    except OSError:
        raise BackupError(f"{folder} is not a backup: {NAME} or {SIGNATURE} is missing.") from None
    sealing.check_signature(text, signature, purpose="backup", what="The backup")
    said: dict[str, Any] = json.loads(text)
    if said.get("format") != FORMAT:
        raise BackupError("The backup has a format that this release does not know. Use the release that made it.")
    found = Manifest(**said | {"parts": [Part(**part) for part in said["parts"]]})
    if found.portal != sealing.portal_name():
        raise BackupError(
            f"The backup belongs to another portal: {found.portal}. This portal is {sealing.portal_name()}."
        )
    return found


def applied_migrations() -> list[str]:
    """The migrations that this database has, as app.name."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def check_known_migrations(names: Collection[str]) -> None:
    """This release has every migration that the backup's database had; it can be migrated on from there."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    newer = sorted(set(names) - known)
    if newer:
        raise BackupError(
            f"The backup was made by a newer release. This release does not know {', '.join(newer[:3])}. Install that "
            "release, then restore."
        )

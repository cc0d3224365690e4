"""Read a backup to its end and compare it with what it says of itself. Nothing is changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from portal.backup import manifest, postgres, sealing, stored
from portal.backup.errors import BackupError
from portal.backup.manifest import Manifest, Part

Say = Callable[[str], None]


def verify(folder: Path, *, identity: Any | None, say: Say) -> Manifest:
    """The manifest of a whole, unchanged backup of this portal; BackupError says what is wrong.

    Without the private key the encrypted files are compared with their checksums; with it every byte is also decrypted.
    """
    found = manifest.read(folder)
    manifest.check_known_migrations(found.migrations)
    for part in found.parts:
        say(f"Checking {part.name}.")
        _check_sealed(folder / part.name, part)
        if identity is not None:
            _check_inside(folder / part.name, part, identity)
    return found


def _check_sealed(path: Path, part: Part) -> None:
    if not path.is_file():
        raise BackupError(f"The backup is incomplete: {part.name} is missing.")
    if path.stat().st_size != part.size:
        raise BackupError(f"The backup is incomplete: {part.name} has {path.stat().st_size} bytes, not {part.size}.")
    if stored.digest_of(path) != part.sha256:
        raise BackupError(f"The backup was changed: {part.name} does not match its checksum.")


def _check_inside(path: Path, part: Part, identity: Any) -> None:
    inside = sealing.Measured(None)
    with path.open("rb") as file:
        sealing.unseal(file, inside, identity)
    if (inside.size, inside.sha256) != (part.inner_size, part.inner_sha256):
        raise BackupError(f"The backup was changed: the content of {part.name} does not match its checksum.")


def entries_in(folder: Path, found: Manifest, identity: Any) -> postgres.Entries:
    """What the dump contains."""
    lines: list[str] = []
    with postgres.listing(lines) as pipe, (folder / found.part(manifest.DATABASE).name).open("rb") as file:
        sealing.unseal(file, pipe, identity)
    return postgres.entries(lines)

"""Put a backup into an empty database. The portal's own role gets its rights last, so nothing is served before.

Steps: verify everything; restore the tables without any rights; migrate; in one transaction compare the log with the
exported events, stop all downloads, end sessions, tokens and links, and repeat what took something away; give the
rights; put the files in place. If a step fails, the database is emptied again.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management import call_command
from django.db import connection

from apps.grants.models import Restore
from portal.backup import event_export, manifest, postgres, replay, sealing, stored, verify
from portal.backup.errors import BackupError
from portal.backup.manifest import Manifest

Say = Callable[[str], None]


def restore(folder: Path, *, events: Path | None, identity: Any, say: Say) -> Restore:
    """Restore the backup; `events` is the folder of exported events, None if there is none. Raises BackupError.

    The database must be empty and the connection must be that of its owner.
    """
    found = verify.verify(folder, identity=identity, say=say)
    state = _checked_events(events, found) if events is not None else None
    _check_target(found)
    _check_objects(folder, found, identity)
    entries = verify.entries_in(folder, found, identity)
    try:
        with _files_in_place(folder, found, identity, say):
            say("Restoring the database.")
            _run(folder, found, identity, entries.tables)
            _run(folder, found, identity, entries.later_rights)
            connection.close()
            call_command("migrate", verbosity=0, skip_checks=True)
            say("Repeating the revocations and other endings since the backup.")
            restored = replay.freeze_and_replay(found, events, state)
            _run(folder, found, identity, entries.rights)
    except BaseException:
        _empty()
        raise
    return restored


def _checked_events(events: Path, found: Manifest) -> event_export.State:
    """The exported events are whole, of this portal, and go beyond the backup; checked before anything is changed."""
    state = event_export.read_state(events)
    met = not found.log_last
    for line in event_export.lines(events, state):
        met = met or event_export.digest(line) == found.log_line
    if state.last < found.log_last:
        raise BackupError(
            f"The exported events are older than the backup: they end at event {state.last}, the backup at event "
            f"{found.log_last}. Use the newest export."
        )
    if not met:
        raise BackupError(
            "The exported events come from a different log: the newest event of the backup is not among them."
        )
    return state


def _check_target(found: Manifest) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        row = cursor.fetchone()
    if row is None or row[0]:
        raise BackupError("The database is not empty. Restore into a new, empty database.")
    if postgres.server_major() < found.postgres:
        raise BackupError(
            f"The backup is from PostgreSQL {found.postgres}; this server is {postgres.server_major()}, which is older."
        )
    if stored.holds_files() != (found.storage == "files"):
        raise BackupError(
            f"The backup is of a portal that stores {found.storage}, but DELIVERY is set to the other kind of storage."
        )
    if stored.holds_files():
        _check_folder(found)


def _check_folder(found: Manifest) -> None:
    target = stored.folder()
    if target.is_dir() and any(target.iterdir()):
        raise BackupError(f"{target} is not empty. Move the old files to another folder first.")
    target.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(target.parent).free
    if free < found.stored_bytes:
        raise BackupError(f"There is not enough space at {target}: {found.stored_bytes} bytes needed, {free} free.")


def _check_objects(folder: Path, found: Manifest, identity: Any) -> None:
    """With S3 the bytes are the operator's to restore, before the database."""
    if found.storage != "objects":
        return
    with tempfile.TemporaryFile() as lines, (folder / manifest.OBJECTS).open("rb") as file:
        sealing.unseal(file, lines, identity)
        lines.seek(0)
        absent = stored.absent_objects(iter(lines))
    if absent:
        raise BackupError(
            f"{len(absent)} of {found.stored_count} objects are not in the bucket with their size, the first is "
            f"{absent[0]}. Restore the bucket first: this backup does not contain the objects."
        )


@contextmanager
def _files_in_place(folder: Path, found: Manifest, identity: Any, say: Say) -> Iterator[None]:
    """Unpack the files beside their place, and move them there when the database is restored."""
    if found.storage != "files":
        yield
        return
    target = stored.folder()
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o750)
    say(f"Restoring {found.stored_count} stored files.")
    try:
        _unpack(folder / manifest.FILES, part, identity)
        yield
        if target.is_dir():
            target.rmdir()
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _unpack(path: Path, target: Path, identity: Any) -> None:
    def decrypt(into: IO[bytes]) -> None:
        with path.open("rb") as file:
            sealing.unseal(file, into, identity)

    piped = stored.Piped(decrypt)
    try:
        stored.Unpacker(target).unpack(piped.source)
        while piped.source.read(stored.CHUNK):
            pass
    finally:
        piped.finish()


def _run(folder: Path, found: Manifest, identity: Any, entries: list[str]) -> None:
    """Restore these entries of the dump and no others, in one transaction."""
    if not entries:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
        chosen.write("\n".join(entries) + "\n")
        chosen.flush()
        with (
            postgres.restoring(f"--use-list={chosen.name}") as pipe,
            (folder / found.part(manifest.DATABASE).name).open("rb") as file,
        ):
            sealing.unseal(file, pipe, identity)


def _empty() -> None:
    """Leave the database as it was found: without any table."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
        cursor.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")

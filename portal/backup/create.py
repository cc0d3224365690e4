"""Make a backup: the database at one moment, and the stored files that it names."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import django
from django.db import connection, transaction

from apps.audit.models import Event
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.core.identifiers import new_id
from portal.backup import event_export, manifest, postgres, sealing, stored
from portal.backup.errors import BackupError
from portal.backup.manifest import Manifest, Part

Say = Callable[[str], None]
MEGABYTE = 1024 * 1024
REPORT_EVERY = 256 * MEGABYTE
NO_TIME_LIMITS = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)


def create(folder: Path, *, keys: Sequence[str], say: Say) -> Manifest:
    """Write a backup to `folder`, which must not exist; until it is whole it is called `folder`.part.

    `keys` are age public keys. Raises BackupError; a backup that was begun keeps the name with .part.
    """
    recipients = sealing.recipients(keys)
    if folder.exists():
        raise BackupError(f"{folder} already exists. A backup never overwrites another one. Choose a new name.")
    postgres.tool("pg_dump", postgres.server_major())
    part = folder.with_name(f"{folder.name}.part")
    if part.exists():
        say(f"Deleting {part}, which an interrupted backup left.")
        shutil.rmtree(part)
    part.mkdir(parents=True, mode=0o700)
    made, found = _write_parts(part, recipients, say)
    manifest.write(part, made)
    part.rename(folder)
    _tell(found, say)
    with transaction.atomic():
        record(Kind.BACKUP_MADE, actor=CONSOLE, backup=made.id, events=made.log_last, bytes=_bytes(made))
    return made


def _write_parts(part: Path, recipients: list[Any], say: Say) -> tuple[Manifest, stored.Found]:
    with tempfile.TemporaryFile(dir=part) as keys:
        with _snapshot() as snapshot:
            made = _facts()
            listed = stored.list_keys(keys)
            _check_space(part, say)
            say("Dumping the database.")
            with postgres.dump(snapshot) as dump:
                made.parts.append(_part(part / manifest.DATABASE, dump, recipients, _reporter(say)))
        found = stored.Found()
        if stored.holds_files():
            say(f"Copying {listed} stored files.")
            piped = stored.Piped(lambda target: stored.write_tar(target, keys, found, _reporter(say)))
            name = manifest.FILES
        else:
            say(f"Listing {listed} objects of the bucket. The objects themselves are NOT in the backup.")
            piped = stored.Piped(lambda target: target.writelines(stored.objects(keys, found)))
            name = manifest.OBJECTS
        try:
            made.parts.append(_part(part / name, piped.source, recipients, lambda _count: None))
        finally:
            piped.finish()
    made.stored_count, made.stored_bytes = found.count, found.size
    made.missing, made.damaged = len(found.missing), len(found.damaged)
    return made, found


@contextmanager
def _snapshot() -> Iterator[str]:
    """One moment of the database, for this connection and for pg_dump."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for statement in NO_TIME_LIMITS:
                cursor.execute(statement)
            cursor.execute("SELECT pg_export_snapshot()")
            row = cursor.fetchone()
        assert row is not None
        yield row[0]


def _facts() -> Manifest:
    newest = Event.objects.order_by("-pk").first()
    return Manifest(
        id=new_id().hex,
        portal=sealing.portal_name(),
        taken_at=clock.now().isoformat(),
        django=django.get_version(),
        postgres=postgres.server_major(),
        migrations=manifest.applied_migrations(),
        log_last=newest.pk if newest is not None else 0,
        log_count=Event.objects.count(),
        log_line=event_export.digest(event_export.line_of(newest)) if newest is not None else "",
        storage="files" if stored.holds_files() else "objects",
        stored_count=0,
        stored_bytes=0,
        missing=0,
        damaged=0,
    )


def _part(path: Path, source: IO[bytes], recipients: list[Any], progress: sealing.Progress) -> Part:
    """Encrypt the stream to a file, which is on the disk when this returns."""
    inner = sealing.Measured(source, progress)
    with path.open("xb") as file:
        outer = sealing.Measured(file)
        sealing.seal(inner, outer, recipients)
    return Part(path.name, outer.size, outer.sha256, inner.size, inner.sha256)


def _check_space(part: Path, say: Say) -> None:
    """Say how much room the backup needs at most; refuse if the files alone do not fit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        row = cursor.fetchone()
    assert row is not None
    files = _size_of(stored.folder()) if stored.holds_files() else 0
    free = shutil.disk_usage(part).free
    say(f"Needed: {_mb(files)} MB for files and at most {_mb(row[0])} MB for the database. Free: {_mb(free)} MB.")
    if free < files:
        raise BackupError(f"There is not enough space at {part.parent}: {_mb(files)} MB needed, {_mb(free)} MB free.")


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


def _mb(size: int) -> int:
    return -(-size // MEGABYTE)


def _bytes(made: Manifest) -> int:
    return sum(one.size for one in made.parts)


def _reporter(say: Say) -> sealing.Progress:
    """Says a line for every 256 MB."""
    seen = 0

    def progress(count: int) -> None:
        nonlocal seen
        before, seen = seen, seen + count
        if before // REPORT_EVERY != seen // REPORT_EVERY:
            say(f"  {_mb(seen)} MB")

    return progress


def _tell(found: stored.Found, say: Say) -> None:
    for key in found.missing:
        say(f"WARNING: {key} is in the database, but not in the storage.")
    for key in found.damaged:
        say(f"WARNING: {key} is damaged: its content does not match its checksum.")

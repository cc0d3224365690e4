"""Parts of backup and restore that need no server of their own: tools, tar, exported events, keys."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from apps.audit.models import Event
from apps.grants import commands as grants
from portal.backup import event_export, postgres, sealing
from portal.backup.errors import BackupError
from portal.backup.stored import Unpacker
from tests import stories
from tests.backups import run


@pytest.mark.django_db
def test_a_missing_or_older_pg_dump_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Control: the one of the server's own major version is found."""
    major = postgres.server_major()
    assert postgres.tool("pg_dump", major)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(BackupError, match=r"pg_dump of PostgreSQL 999 was not found .*belongs to PostgreSQL 9"):
        postgres.tool("pg_dump", 999)
    assert postgres.tool("pg_dump", major) != str(old)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "a/../../outside"])
def test_a_stored_file_outside_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    """Control: one inside it is written."""
    (tmp_path / "files").mkdir()
    for path, allowed in (("ab/cd", True), (name, False)):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            entry = tarfile.TarInfo(path)
            entry.size = 1
            tar.addfile(entry, io.BytesIO(b"x"))
        packed.seek(0)
        if allowed:
            Unpacker(tmp_path / "files").unpack(packed)
        else:
            with pytest.raises(BackupError):
                Unpacker(tmp_path / "files").unpack(packed)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["cd"]


def exported(folder: Path) -> list[int]:
    state = event_export.read_state(folder)
    return [json.loads(line)["id"] for line in event_export.lines(folder, state)]


@pytest.mark.django_db
def test_each_run_appends_what_is_new_and_nothing_twice(tmp_path: Path) -> None:
    """Also an event that was committed late, with a lower number than one that is exported already."""
    access = stories.granted()
    late = Event.objects.order_by("pk").values_list("pk", flat=True)[2]
    folder = tmp_path / "events"
    run("export_events", str(folder))
    assert exported(folder) == list(Event.objects.order_by("pk").values_list("pk", flat=True))
    # As if event `late` had not been committed when the first run looked.
    with_late, early = folder, tmp_path / "early"
    state = event_export.read_state(with_late)
    early.mkdir()
    writer = event_export._Writer(early, None)
    for event in Event.objects.exclude(pk=late).order_by("pk"):
        writer.add(event, recent=True)
    event_export._write_state(early, writer.finish(state.exported_at))
    assert late not in exported(early)
    run("export_events", str(early))
    assert sorted(exported(early)) == exported(folder) and exported(early)[-1] == late
    # A run without news moves the time on, and writes no segment.
    run("export_events", str(folder))
    assert event_export.read_state(folder).segments == 1
    grants.revoke(access.grant, reason="Over.", by=access.owner)
    run("export_events", str(folder))
    assert event_export.read_state(folder).segments == 2 and len(exported(folder)) == Event.objects.count()


def _without_state(folder: Path) -> None:
    (folder / event_export.LATEST).unlink()


def _of_another_log(folder: Path) -> None:
    state = event_export.read_state(folder)
    state.last_line = "0" * 64
    event_export._write_state(folder, state)


def _changed(folder: Path) -> None:
    (folder / event_export.LATEST).write_text("{}\nnonsense\n")


@pytest.mark.django_db
@pytest.mark.parametrize("damage", [_without_state, _of_another_log, _changed])
def test_a_folder_that_is_not_of_this_log_is_left_alone(tmp_path: Path, damage: Callable[[Path], Any]) -> None:
    stories.operator()
    run("export_events", str(tmp_path / "events"))
    damage(tmp_path / "events")
    before = sorted(path.name for path in (tmp_path / "events").iterdir())
    stories.operator()
    with pytest.raises(CommandError):
        run("export_events", str(tmp_path / "events"))
    assert sorted(path.name for path in (tmp_path / "events").iterdir()) == before


def test_keys_that_are_none_are_refused_with_a_sentence(tmp_path: Path) -> None:
    """Control: a key of `backup_key` is taken, can be read by its owner only, and is never replaced."""
    for keys in ([], ["age1nonsense"]):
        with pytest.raises(BackupError):
            sealing.recipients(keys)
    public = run("backup_key", str(tmp_path / "key")).strip().partition("=")[2]
    assert sealing.recipients([public]) and sealing.identity_in(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError):
        run("backup_key", str(tmp_path / "key"))
    (tmp_path / "none").write_text("AGE-SECRET-KEY-1NONSENSE\n")
    for path in ("none", "missing"):
        with pytest.raises(BackupError):
            sealing.identity_in(tmp_path / path)

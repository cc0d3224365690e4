"""A portal is filled, backed up, destroyed and restored; what was revoked after the backup stays revoked.

It prints RPO and RTO: `pytest -s -m "exhaustive or not exhaustive" tests/integration/test_backup_and_restore.py`.
"""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError
from django.db import ProgrammingError, connection, transaction

from apps.audit.models import Event
from apps.core import clock, triggers
from apps.core.storage import private_storage
from apps.downloads.models import DownloadLink
from apps.grants import commands as grants
from apps.grants.models import AccessGrant, Restore
from apps.grants.queries import current_download_stop, may_download
from apps.notifications.queries import to_post
from apps.people.models import Person
from apps.tokens.models import PersonalToken
from portal import tasks
from portal.backup.stored import digest_of
from tests import backups, stories
from tests.backups import run
from tests.database import Urls

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def key(tmp_path: Path) -> tuple[str, str]:
    """The file of a private key, and its public key."""
    said = run("backup_key", str(tmp_path / "key"))
    return str(tmp_path / "key"), said.strip().partition("=")[2]


@contextmanager
def destroyed(tmp_path: Path, urls: Urls) -> Iterator[str]:
    """Database and files are gone; the name of the new, empty database."""
    with backups.empty_database(urls, "restored") as name, backups.files_gone(tmp_path / "aside"):
        yield name


def release(first: Person, second: Person) -> None:
    """Two operators resume downloads, as on System status."""
    stop = current_download_stop()
    assert stop is not None and stop.started_by is None
    grants.propose_resume(stop, by=first)
    grants.resume_downloads(stop, by=second)


def portal_with_a_revocation_after_the_backup(tmp_path: Path, public: str) -> dict[str, Any]:
    """Two active grants, a backup, and then: one is revoked, one more is issued, the events are exported."""
    kept, revoked, executed = stories.linked(), stories.granted(), stories.executed()
    stories.token(kept.holder)
    operators = [stories.operator(), stories.operator()]
    run("backup", str(tmp_path / "backup"), "--to", public)
    files = backups.bytes_of(Path(private_storage().location))
    grants.revoke(revoked.grant, reason="The project is over.", by=revoked.owner)
    issued = stories.granted(executed)
    grants.revoke(issued.grant, reason="Issued and revoked since.", by=issued.owner)
    run("export_events", str(tmp_path / "events"))
    newest = Event.objects.order_by("-pk").first()
    return {
        "kept": kept, "revoked": revoked, "issued": issued, "operators": operators, "newest": newest, "files": files,
    }  # fmt: skip


def test_a_grant_revoked_after_the_backup_stays_revoked(
    tmp_path: Path, key: tuple[str, str], database_urls: Urls
) -> None:
    """Restored, everything is stopped; released, access is as it was, without what was revoked since."""
    (private, public), said = key, ""
    world = portal_with_a_revocation_after_the_backup(tmp_path, public)
    kept, revoked, issued, lost_at = world["kept"], world["revoked"], world["issued"], clock.now()
    words = ("restore", str(tmp_path / "backup"), "--identity", private, "--events", str(tmp_path / "events"))
    with destroyed(tmp_path, database_urls) as name:
        begun = time.monotonic()
        with backups.database_of(database_urls.owner, name):
            said = run(*words)
            with pytest.raises(CommandError, match="not empty"):
                run(*words)
        with backups.database_of(database_urls.app, name):
            restored = Restore.objects.get()
            assert restored.known_until is not None
            print(
                f"RPO of revocations: {(lost_at - restored.known_until).total_seconds():.1f} s (since the last export)"
            )
            print(f"RPO of everything else: {(lost_at - restored.taken_at).total_seconds():.1f} s (since the backup)")
            print(f"RTO: {time.monotonic() - begun:.1f} s for {Event.objects.count()} events\n{said}")
            # Everything is stopped, ended and quiet.
            assert not may_download(kept.holder, kept.file.pk)
            assert not PersonalToken.objects.alive().exists() and not DownloadLink.objects.active().exists()
            assert not to_post().exists()
            events = Event.objects.count()
            tasks.drain()
            tasks.warn()
            assert Event.objects.count() == events
            # The log is whole, with its own times, and as safe as before.
            newest = Event.objects.get(pk=world["newest"].pk)
            assert (newest.at, newest.kind) == (world["newest"].at, world["newest"].kind)
            assert triggers.differences() == []
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE audit_event SET kind = 'x'")
            files = backups.bytes_of(Path(private_storage().location))  # without what other tests left there
            assert kept.file.storage_key in files and files.items() <= world["files"].items()
            # Released by two operators.
            release(*world["operators"])
            tasks.drain()
            assert may_download(kept.holder, kept.file.pk)
            assert not may_download(revoked.holder, revoked.file.pk)
            assert not AccessGrant.objects.active().filter(holder=issued.holder).exists()
            assert not to_post().exists()
            assert restored.taken == {"grant.revoked": 2} and restored.lost["grant.issued"] == 1


@pytest.mark.exhaustive
def test_control_without_the_events_the_revoked_grant_is_active(
    tmp_path: Path, key: tuple[str, str], database_urls: Urls
) -> None:
    """The same restore without the exported events: it is their replay that keeps the grant revoked."""
    private, public = key
    world = portal_with_a_revocation_after_the_backup(tmp_path, public)
    with destroyed(tmp_path, database_urls) as name:
        with backups.database_of(database_urls.owner, name):
            run("restore", str(tmp_path / "backup"), "--identity", private, "--without-events")
        with backups.database_of(database_urls.app, name):
            assert Restore.objects.get().known_until is None
            release(*world["operators"])
            assert may_download(world["revoked"].holder, world["revoked"].file.pk)


def test_a_cut_foreign_changed_or_older_backup_is_refused_and_nothing_is_done(
    tmp_path: Path, key: tuple[str, str], database_urls: Urls, settings: Any
) -> None:
    private, public = key
    stories.granted()
    run("export_events", str(tmp_path / "early"))
    stories.granted()
    run("backup", str(tmp_path / "backup"), "--to", public)
    stories.operator()
    run("export_events", str(tmp_path / "events"))
    stories.operator()
    run("export_events", str(tmp_path / "events"))
    run("backup_key", str(tmp_path / "other"))

    def refused(backup: Path, *, events: str = "events", identity: str = private, why: str) -> None:
        with pytest.raises(CommandError, match=why):
            run("restore", str(backup), "--identity", identity, "--events", str(tmp_path / events))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
            assert cursor.fetchone() == (0,)
        stored = Path(private_storage().location)
        assert not stored.exists() or not any(stored.iterdir())
        assert not stored.with_name("files.part").exists()

    def copied(name: str) -> Path:
        source = tmp_path / ("events" if name.startswith("events") else "backup")
        return Path(shutil.copytree(source, tmp_path / name))

    with destroyed(tmp_path, database_urls) as name, backups.database_of(database_urls.owner, name):
        cut = copied("cut") / "files.age"
        cut.write_bytes(cut.read_bytes()[:-10])
        refused(cut.parent, why="incomplete")
        (copied("without") / "database.age").unlink()
        refused(tmp_path / "without", why="missing")
        changed = copied("changed") / "database.age"
        changed.write_bytes(changed.read_bytes()[:-1] + b"x")
        refused(changed.parent, why="changed")
        renumbered = copied("renumbered") / "manifest.json"
        renumbered.write_text(renumbered.read_text().replace('"log_last"', '"log_last "'))
        refused(renumbered.parent, why="not signed by this portal")
        refused(copied("half.part"), why="interrupted")
        refused(tmp_path, why="not a backup")
        refused(tmp_path / "backup", identity=str(tmp_path / "other"), why="private key")
        with backups.other_settings(settings, PORTAL_ADDRESS="https://another.example"):
            refused(tmp_path / "backup", why="another portal")
        with backups.other_settings(settings, SECRET_KEY="of-another-portal"):
            refused(tmp_path / "backup", why="not signed by this portal")
        refused(tmp_path / "backup", events="early", why="older than the backup")
        (copied("events-cut") / "events-00000002.jsonl").unlink()
        refused(tmp_path / "backup", events="events-cut", why="incomplete")
        shorter = copied("events-shorter") / "events-00000001.jsonl"
        lines = shorter.read_text().splitlines(keepends=True)
        shorter.write_text("".join([*lines[:2], *lines[3:]]))
        refused(tmp_path / "backup", events="events-shorter", why="incomplete or were changed")
        # The control: the same backup with its own events is restored.
        run("restore", str(tmp_path / "backup"), "--identity", private, "--events", str(tmp_path / "events"))
        assert Restore.objects.count() == 1


@pytest.mark.usefixtures("by_commands")
def test_of_a_bucket_a_backup_has_the_list_and_not_the_bytes(
    tmp_path: Path, key: tuple[str, str], database_urls: Urls, settings: Any
) -> None:
    """Any storage but a folder counts as a bucket. While one object is missing there, nothing is restored."""
    settings.STORAGES = {**settings.STORAGES, "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    stored, (private, public) = stories.granted().file.storage_key, key
    assert "NOT in the backup" in run("backup", str(tmp_path / "backup"), "--to", public)
    run("export_events", str(tmp_path / "events"))
    assert "does not contain them" in run("verify_backup", str(tmp_path / "backup"))
    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    assert manifest["storage"] == "objects" and manifest["stored_count"] == 2
    words = ("restore", str(tmp_path / "backup"), "--identity", private, "--events", str(tmp_path / "events"))
    with backups.empty_database(database_urls, "restored") as name, backups.database_of(database_urls.owner, name):
        content = private_storage().open(stored).read()
        private_storage().delete(stored)
        with pytest.raises(CommandError, match="1 of 2 objects are not in the bucket"):
            run(*words)
        private_storage().save(stored, ContentFile(content))
        run(*words)
        assert Restore.objects.count() == 1


def test_an_interrupted_backup_does_not_look_whole(
    tmp_path: Path, key: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps a name that ends in .part, and the next run begins again; a whole backup is never written over."""
    stories.granted()
    words = ("backup", str(tmp_path / "backup"), "--to", key[1])
    with monkeypatch.context() as patch:
        patch.setattr("portal.backup.stored.write_tar", lambda *_given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run(*words)
    assert not (tmp_path / "backup").exists() and (tmp_path / "backup.part").is_dir()
    run(*words)
    assert not (tmp_path / "backup.part").exists()
    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    assert datetime.fromisoformat(manifest["taken_at"]) and manifest["missing"] == 0
    with pytest.raises(CommandError, match="already exists"):
        run(*words)
    assert "complete" in run("verify_backup", str(tmp_path / "backup"))


def test_an_institution_gets_everything_of_its_own_and_nothing_of_others(tmp_path: Path) -> None:
    """Canary: names, titles, texts and bytes of another institution are nowhere in the export; its own are."""
    mine = stories.institution("Aalto Canary Hospital")
    theirs = stories.institution("Secret Canary Institute")
    own = backups.granted_at(mine, "ownmark")
    other = backups.granted_at(theirs, "othermark")
    run("export", mine.name, str(tmp_path / "export"))
    said = b"".join(path.read_bytes() for path in (tmp_path / "export").rglob("*") if path.is_file())
    names = " ".join(str(path) for path in (tmp_path / "export").rglob("*"))
    assert b"ownmark" in said and own.file.sha256.encode() in said and own.holder.email.encode() in said
    assert b"othermark" not in said and "othermark" not in names and theirs.name.encode() not in said
    for one in (other.holder.email, other.file.sha256, str(other.grant.pk), str(other.holder.pk)):
        assert one.encode() not in said
    sums = (tmp_path / "export" / "SHA256SUMS").read_text().splitlines()
    assert all(
        digest_of(tmp_path / "export" / path) == sha for sha, _space, path in (one.partition("  ") for one in sums)
    )
    package = json.loads((tmp_path / "export" / "datapackage.json").read_text())
    for resource in package["resources"]:
        header = (tmp_path / "export" / resource["path"]).read_text().splitlines()[0]
        assert header.split(",") == [field["name"] for field in resource["schema"]["fields"]]
    assert any((tmp_path / "export" / "agreements").iterdir()) and any((tmp_path / "export" / "files").iterdir())
    assert Event.objects.filter(kind="institution.exported", subject_id=mine.pk).count() == 1
    with pytest.raises(CommandError, match="already exists"):
        run("export", mine.name, str(tmp_path / "export"))
    with pytest.raises(CommandError, match="no institution"):
        run("export", "Nobody", str(tmp_path / "nobody"))
    run("export", mine.name, str(tmp_path / "list"), "--without-files")
    assert not (tmp_path / "list" / "files").exists()

"""`manage.py migrate` while a portal serves."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import errors

from portal.management.commands.migrate import SCHEMA_LOCK
from tests import database

ROOT = Path(__file__).resolve().parents[2]
PLANTED = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'planted'"
USE_INSTITUTIONS = "UPDATE people_institution SET name = name"
USE_DATASETS = "UPDATE datasets_dataset SET title = title"


@pytest.fixture
def urls(database_urls: database.Urls, worker_id: str) -> database.Urls:
    """A database of the release before the planted migration, by role."""
    name = f"upgrade_{worker_id}"
    database.clone(database_urls, name)
    owner, app = (urlsplit(url)._replace(path=f"/{name}").geturl() for url in (database_urls.owner, database_urls.app))
    return database.Urls(owner=owner, app=app, provider="", superuser=database_urls.superuser)


def begin(urls: database.Urls, *options: str, owner: str = "") -> "subprocess.Popen[str]":
    """`migrate` of the code that has the planted migration."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.upgrade.settings", "DATABASE_URL": urls.app}
    environment |= {"MIGRATION_DATABASE_URL": owner or urls.owner, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate", "--skip-checks", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    said, _none = process.communicate(timeout=90)
    return process.returncode, said


@contextmanager
def request_of_the_web(urls: database.Urls) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(urls.app, application_name="gatehouse-web") as connection:
        yield connection


def wait_until_blocked(urls: database.Urls) -> None:
    """Until some connection waits for a lock."""
    with psycopg.connect(urls.owner, autocommit=True) as watching:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if watching.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits for a lock")


def planted(urls: database.Urls) -> int:
    with psycopg.connect(urls.owner) as connection:
        row = connection.execute(PLANTED).fetchone()
        assert row is not None
        return int(row[0])


def test_a_serving_portal_is_never_the_victim_of_a_migration(urls: database.Urls) -> None:
    """Case 38: the request and the migration want two tables in opposite orders. The request is answered at once, and
    the migration is tried again and says what it waited for.
    """
    with request_of_the_web(urls) as web:
        web.execute(USE_DATASETS)
        migration = begin(urls)
        wait_until_blocked(urls)  # the migration has changed institutions and waits for datasets
        began = time.monotonic()
        web.execute(USE_INSTITUTIONS)
        waited = time.monotonic() - began
        time.sleep(2)  # a slow page: more attempts in vain
        web.commit()
    code, said = finish(migration)
    assert code == 0, said
    assert waited < 1
    assert "gatehouse-web (pid" in said
    assert planted(urls) == 2


@pytest.mark.exhaustive
def test_the_control_without_a_lock_timeout_is_a_deadlock(urls: database.Urls) -> None:
    """The control of the test above: one of the two is the victim of PostgreSQL's deadlock detection."""
    with request_of_the_web(urls) as web:
        web.execute(USE_DATASETS)
        migration = begin(urls, "--lock-timeout", "0", "--patience", "0")
        wait_until_blocked(urls)
        try:
            web.execute(USE_INSTITUTIONS)
            web.commit()
            refused = False
        except errors.DeadlockDetected:
            refused = True
            web.rollback()
    code, _said = finish(migration)
    assert refused or code != 0


def test_a_lock_that_is_never_free_ends_in_a_sentence_and_changes_nothing(urls: database.Urls) -> None:
    with request_of_the_web(urls) as web:
        web.execute(USE_DATASETS)
        code, said = finish(begin(urls, "--patience", "2"))
    assert code == 1
    assert "Gave up" in said
    assert "Traceback" not in said
    assert planted(urls) == 0


@pytest.mark.exhaustive
def test_two_migrations_at_once_run_one_after_the_other(urls: database.Urls) -> None:
    with psycopg.connect(urls.owner, application_name="gatehouse-migrate") as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", SCHEMA_LOCK)
        both = [begin(urls), begin(urls)]
        for one in both:
            assert one.stdout is not None
            assert "Another migrate is running (gatehouse-migrate" in one.stdout.readline()
        assert planted(urls) == 0
    ended = [finish(one) for one in both]
    assert [code for code, _said in ended] == [0, 0]
    assert planted(urls) == 2
    assert sum("planted.0001_two_tables... OK" in said for _code, said in ended) == 1


def test_the_role_of_the_portal_cannot_migrate_and_the_error_names_the_variable(urls: database.Urls) -> None:
    code, said = finish(begin(urls, owner=urls.app))
    assert code == 1
    assert "MIGRATION_DATABASE_URL" in said
    assert "Traceback" not in said

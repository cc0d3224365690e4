"""A rolling upgrade: the previous release serves on the schema of this code, and this code waits on the old schema."""

import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.demo.embedded import Urls, postgres
from tests import database
from tests.checks.previous_release import previous_release

ROOT = Path(__file__).resolve().parents[2]
RELEASE = previous_release(ROOT)
PATIENCE = 300
READY = """
import django; django.setup()
from django.test import Client
answers = [Client(raise_request_exception=False).get(path) for path in ("/readyz", "/datasets/")]
print([answer.status_code for answer in answers])
"""
pytestmark = [pytest.mark.exhaustive, pytest.mark.demo]


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the previous release, by its commit: a clone may lack the tag."""
    packed = subprocess.run(["git", "archive", RELEASE.commit], cwd=ROOT, capture_output=True)
    if packed.returncode:
        pytest.fail(f"the commit {RELEASE.commit} is not in this clone: git fetch --unshallow")
    tree = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(tree, filter="data")
    return tree


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DJANGO", "COV"))}
    return {**kept, **more}


@contextmanager
def demo_of(tree: Path, data: Path) -> Iterator[Path]:
    """The demo of another tree with the data in that folder; yields the file that says where it is."""
    facts = data / "demo.json"
    with (data / "demo.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--data-dir", str(data)],
            cwd=tree,
            env=environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + PATIENCE
    try:
        while not facts.exists():
            assert process.poll() is None, (data / "demo.log").read_text()[-4000:]
            assert time.monotonic() < deadline, (data / "demo.log").read_text()[-4000:]
            time.sleep(0.2)
        yield facts
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def applied(urls: Urls) -> set[tuple[Any, ...]]:
    with psycopg.connect(urls.owner) as connection:
        return set(connection.execute("SELECT app, name FROM django_migrations").fetchall())


def test_the_previous_release_does_the_whole_job_on_the_new_schema(previous: Path, tmp_path: Path) -> None:
    """Case 38: old code on the new schema (signing answered 500). Its own story, seed, worker and beat."""
    with postgres(tmp_path) as urls:
        database.migrate(urls)
        before = applied(urls)
    with demo_of(previous, tmp_path) as facts:
        story = subprocess.run(
            [sys.executable, "manage.py", "story", "--demo-json", str(facts)],
            cwd=previous,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    assert story.returncode == 0, story.stdout + story.stderr
    assert "the whole story" in story.stdout
    with postgres(tmp_path) as urls:
        assert applied(urls) == before


def test_this_code_is_not_ready_on_the_schema_of_the_previous_release(previous: Path, tmp_path: Path) -> None:
    """Case 38: ready only if no migration was added since; then upgraded in place, and ready."""
    with postgres(tmp_path) as urls:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"],
            cwd=previous,
            env=environment(DJANGO_SETTINGS_MODULE="tests.settings", DATABASE_URL=urls.owner),
            check=True,
        )
        has_new = bool(_new_migrations())
        assert _answers(urls) == ([503, 503] if has_new else [200, 200])
        database.migrate(urls)
        assert _answers(urls) == [200, 200]


def _new_migrations() -> set[tuple[str, str]]:
    found = {(path.parts[-3], path.stem) for path in ROOT.glob("apps/*/migrations/0*.py")}
    return found - RELEASE.names


def _answers(urls: Urls) -> list[int]:
    env = environment(DJANGO_SETTINGS_MODULE="tests.settings", DATABASE_URL=urls.app)
    said = subprocess.run([sys.executable, "-c", READY], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    answers: list[int] = json.loads(said.stdout.splitlines()[-1])
    return answers

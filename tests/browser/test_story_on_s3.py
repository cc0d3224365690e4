"""The story with the files in a real S3, while every web process and the worker die by kill -9 in the middle of it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.browser.running import ROOT, demo_of
from tests.production_layout.counting import TWICE

pytestmark = [pytest.mark.demo, pytest.mark.slow, pytest.mark.exhaustive]
PATIENCE = 300

# What there must be once, and once only, after the story: of each thing, how many there are for the story's dataset.
COUNTS = {
    "datasets": (1, "SELECT count(*) FROM datasets_dataset d WHERE d.slug = %(slug)s"),
    "published versions": (
        1,
        (
            "SELECT count(*) FROM datasets_version v JOIN datasets_dataset d ON d.id = v.dataset_id "
            "WHERE d.slug = %(slug)s AND v.state = 'published'"
        ),
    ),
    "files": (
        1,
        (
            "SELECT count(*) FROM datasets_distribution f JOIN datasets_version v ON v.id = f.version_id "
            "JOIN datasets_dataset d ON d.id = v.dataset_id WHERE d.slug = %(slug)s"
        ),
    ),
    "requests": (
        1,
        (
            "SELECT count(*) FROM access_requests_item i JOIN datasets_dataset d ON d.id = i.dataset_id "
            "WHERE d.slug = %(slug)s"
        ),
    ),
    "agreements": (
        1,
        (
            "SELECT count(*) FROM agreements_agreement a JOIN access_requests_item i ON i.id = a.item_id "
            "JOIN datasets_dataset d ON d.id = i.dataset_id WHERE d.slug = %(slug)s"
        ),
    ),
    "signatures": (
        3,
        (
            "SELECT count(*) FROM agreements_signature s JOIN agreements_agreement a ON a.id = s.agreement_id "
            "JOIN access_requests_item i ON i.id = a.item_id JOIN datasets_dataset d ON d.id = i.dataset_id "
            "WHERE d.slug = %(slug)s"
        ),
    ),
    "grants": (
        2,
        (
            "SELECT count(*) FROM grants_accessgrant g JOIN datasets_dataset d ON d.id = g.dataset_id "
            "WHERE d.slug = %(slug)s"
        ),
    ),
}


def test_the_story_ends_well_on_s3_although_everything_is_killed_in_the_middle(run: Path, tmp_path: Path) -> None:
    facts, state = demo_of(run, "s3", "--s3"), tmp_path / "state.json"
    demo_json = Path(facts["data_dir"]) / "demo.json"
    teller = subprocess.Popen(
        [sys.executable, "manage.py", "story", "--demo-json", str(demo_json), "--state", str(state)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    killed = [_kill(demo_json, name, state, teller, after=steps) for name, steps in (("web", 6), ("worker", 14))]
    said, _nothing = teller.communicate(timeout=PATIENCE)
    assert teller.returncode == 0, said
    assert all(killed), "the story was over before anything could be killed"
    assert not [path for path in (Path(facts["data_dir"]) / "files").rglob("*") if path.is_file()]
    _nothing_is_doubled(facts, json.loads(state.read_text())["facts"]["slug"])


def _kill(demo_json: Path, name: str, state: Path, teller: "subprocess.Popen[str]", *, after: int) -> bool:
    """kill -9 for the server and all its processes, once so many steps are done."""
    deadline = time.monotonic() + PATIENCE
    while teller.poll() is None and time.monotonic() < deadline:
        if state.exists() and len(json.loads(state.read_text())["done"]) >= after:
            os.killpg(json.loads(demo_json.read_text())["pids"][name], signal.SIGKILL)
            return True
        time.sleep(0.05)
    return False


def _nothing_is_doubled(facts: dict[str, Any], slug: str) -> None:
    with psycopg.connect(facts["database_url"]) as connection:
        for what, (wanted, question) in COUNTS.items():
            row = connection.execute(question.encode(), {"slug": slug}).fetchone()
            assert row == (wanted,), f"{row} {what}, not {wanted}"
        for what, question in TWICE.items():
            assert connection.execute(question.encode()).fetchall() == [], f"there are two {what}"

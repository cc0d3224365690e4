"""What a worker looks at once a minute."""

import logging
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

import portal
from apps.core.models import Heartbeat
from apps.web.common import servers
from portal import health_checks, tasks

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


def cause(name: str) -> str:
    return Heartbeat.objects.get(pk=name).cause


def test_the_checks_report_storage_e_mail_and_providers() -> None:
    tasks.check()
    tasks.heartbeat()
    assert {"storage", "e-mail", "scheduler"} <= set(Heartbeat.objects.values_list("pk", flat=True))
    assert (cause("storage"), cause("e-mail")) == ("", "")
    assert set(Heartbeat.objects.get(pk="storage").facts) == {"free", "total"}


def test_a_check_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def broken() -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(health_checks, "check_storage", broken)
    with caplog.at_level(logging.ERROR):
        health_checks.check_all()
    assert Heartbeat.objects.filter(pk="e-mail").exists()
    assert any("storage failed" in one.getMessage() for one in caplog.records)


@pytest.mark.parametrize(
    ("free", "total", "word"),
    [(0, 100, "disk_full"), (1, 10**12, "disk_low"), (4 * 1024**3, 10**12, ""), (50, 100, ""), (4, 100, "disk_low")],
)
def test_a_disk_is_low_before_it_is_full(free: int, total: int, word: str) -> None:
    """Case 43: a small disk by its share, a large one by its bytes."""
    assert servers.low_disk(free=free, total=total) == word


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=9)
def test_a_mail_server_that_is_away_is_named() -> None:
    health_checks.check_all()
    assert cause("e-mail") == "refused"


@override_settings(STORAGES={"private": {"BACKEND": "tests.concurrency.broken_storage.Broken"}})
def test_a_storage_that_fails_is_named() -> None:
    health_checks.check_storage()
    assert cause("storage") == "fault"


def test_a_heartbeat_that_cannot_be_written_is_a_line_of_the_log(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    class Enough(Exception):
        """Ends the endless loop of the thread."""

    def enough(_seconds: float) -> None:
        raise Enough

    def away(*_what: object, **_facts: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(health_checks.time, "sleep", enough)
    monkeypatch.setattr(health_checks.connection, "close", lambda: None)
    with pytest.raises(Enough):
        health_checks._beat("worker:x")
    assert Heartbeat.objects.get(pk="worker:x").facts["version"] == portal.__version__
    monkeypatch.setattr(health_checks.heartbeats, "report", away)
    with pytest.raises(Enough):
        health_checks._beat("worker:x")
    assert any("silent" in one.getMessage() for one in caplog.records)


def test_the_version_is_that_of_the_project() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == portal.__version__

"""A part of the portal does not answer: a plain page, nothing half done, and back by itself."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings

from apps.access_requests.models import AccessRequest
from apps.audit.models import Event
from apps.core import heartbeats, schema
from apps.core.storage import private_storage
from apps.datasets.models import Distribution
from apps.web.common import readiness
from portal import wake_workers
from tests import stories

pytestmark = pytest.mark.django_db(transaction=True)
SECRETS = ("gatehouse_app", "127.0.0.1:9", "Traceback", "password", "psycopg")


@pytest.fixture
def no_database() -> Iterator[None]:
    """Nobody listens where the database was."""
    kept = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="9")
    yield
    connection.close()
    connection.settings_dict.update(kept)


def assert_resting(answer: Any) -> None:
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert not [secret for secret in SECRETS if secret in answer.content.decode()]


@pytest.mark.parametrize("path", ["/", "/datasets/", "/requests/", "/review/", "/account/", "/system-status/"])
def test_without_its_database_every_page_rests(path: str, no_database: None) -> None:
    """T123, L16: for a visitor, and with the cookie of a session."""
    for cookie in ("", "a-session-of-somebody"):
        client = stories.client_for(None, raise_request_exception=False)
        if cookie:
            client.cookies["sessionid"] = cookie
        answer = client.get(path)
        if not cookie and answer.status_code == 302:  # nothing was asked yet: a visitor is sent to the sign-in
            assert answer["Location"].startswith("/oidc/authenticate/")
        else:
            assert_resting(answer)


def test_without_its_database_programs_get_a_problem(no_database: None) -> None:
    client = stories.client_for(None, raise_request_exception=False)
    answer = client.get("/api/v1/datasets", headers={"Authorization": "Bearer gh_x"})
    assert_resting(answer)
    assert answer["Content-Type"].startswith("application/problem+json")


def test_health_tells_alive_from_ready(no_database: None) -> None:
    client = stories.client_for(None, raise_request_exception=False)
    assert client.get("/healthz").status_code == 200
    readiness.forget()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failing"] == ["database"]
    assert answer.json()["checks"]["migrations"] == "unknown"


def test_what_was_sent_into_a_silent_database_is_not_half_done_and_can_be_sent_again() -> None:
    """T123, R3: the same browser, the same form, before and after."""
    case = stories.draft()
    client = stories.client_for(case.applicant, raise_request_exception=False)
    kept = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="9")
    try:
        assert_resting(client.post(f"/requests/{case.request.pk}/submit/"))
    finally:
        connection.close()
        connection.settings_dict.update(kept)
    assert AccessRequest.objects.get(pk=case.request.pk).state == "draft"
    assert client.post(f"/requests/{case.request.pk}/submit/").status_code == 302
    assert AccessRequest.objects.get(pk=case.request.pk).state == "submitted"


def test_a_silent_broker_costs_a_page_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """R4: submitting works while nobody takes the wake-up."""
    monkeypatch.setattr(wake_workers, "_ensure_thread", lambda: None)
    case = stories.draft()
    client = stories.client_for(case.applicant)
    assert client.post(f"/requests/{case.request.pk}/submit/").status_code == 302
    assert stories.drain() > 0


def test_a_storage_that_does_not_answer_keeps_no_half_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """T123, R7."""
    published_dataset = stories.drafted_dataset()
    before = Distribution.objects.count()
    monkeypatch.setattr(type(private_storage()), "_save", _broken)
    client = stories.client_for(published_dataset.owner, raise_request_exception=False)
    path = f"/my-datasets/{published_dataset.dataset.slug}/versions/1/files/"
    answer = client.post(path, {"file": SimpleUploadedFile("late.csv", b"1")})
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert Distribution.objects.count() == before
    assert not Event.objects.filter(kind="file.uploaded").exclude(subject_id=published_dataset.file.pk).exists()


def _broken(*_args: object, **_facts: object) -> str:
    raise OSError(5, "Input/output error")


@override_settings(STORAGES={"private": {"BACKEND": "tests.concurrency.broken_storage.Broken"}})
def test_a_portal_without_storage_goes_on_with_less() -> None:
    """Case 40: a balancer must not take every node out because S3 is away."""
    readiness.forget()
    answer = stories.client_for(None).get("/readyz")
    assert answer.status_code == 200
    assert (answer.json()["ready"], answer.json()["degraded"]) == (True, ["storage"])


@override_settings(CELERY_BROKER_URL="redis://:a-secret@127.0.0.1:9/0")
def test_a_portal_without_broker_goes_on_with_less_and_says_nothing_else_of_it() -> None:
    """Case 40, L16."""
    readiness.forget()
    answer = stories.client_for(None).get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["degraded"] == ["broker"]
    assert "a-secret" not in answer.content.decode() and "127.0.0.1" not in answer.content.decode()
    assert readiness.faults() == {"broker": "refused"}


def test_a_provider_that_fails_is_named_as_providers_and_no_more() -> None:
    readiness.forget()
    heartbeats.report("provider:nordvik", cause="certificate")
    answer = stories.client_for(None).get("/readyz")
    assert (answer.status_code, answer.json()["degraded"]) == (200, ["providers"])
    assert "nordvik" not in answer.content.decode()


def test_a_database_without_the_tables_of_this_version_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 38: new code on the old schema answered 500 on every page while /readyz said 200."""
    readiness.forget()
    monkeypatch.setattr(schema, "_needed", lambda: frozenset({("core", "0001_initial"), ("core", "9999_later")}))
    assert schema.missing_migrations() == ["core.9999_later"]
    answer = stories.client_for(None).get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (503, ["migrations"])


def test_a_check_that_hangs_is_silent_and_is_not_started_beside_itself() -> None:
    let_go = threading.Event()
    started: list[int] = []

    def hang() -> str:
        started.append(1)
        let_go.wait(10)
        return ""

    check = readiness.Dependency(hang)
    for _time in range(3):
        check.start()
        assert check.result(time.monotonic() + 0.05) == "silent"
    let_go.set()
    assert check.result(time.monotonic() + 5) == ""
    assert started == [1]

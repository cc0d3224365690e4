"""New code on the schema of the previous release, and a database that lost a table."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.test import Client

from apps.core import schema
from apps.web.common import readiness
from portal.celery import app
from portal.tasks import drain

PAGES = ["/", "/datasets/", "/api/v1/datasets", "/nothing-here/"]
NEEDED = schema._needed


@pytest.fixture
def one_more_migration(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The code has a migration that the database has not applied, and this process has just started."""
    monkeypatch.setattr(schema, "_needed", lambda: NEEDED() | {("grants", "0999_next")})
    schema.forget()
    yield
    monkeypatch.undo()
    schema.forget()
    assert schema.is_current()


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_that_the_portal_is_being_upgraded(one_more_migration: None, page: str) -> None:
    """Case 38: one 503 page instead of a 500 on each."""
    answer = Client(raise_request_exception=False).get(page)
    assert (answer.status_code, answer.refusal.code) == (503, "not-migrated")
    assert answer["Retry-After"]


@pytest.mark.django_db
def test_readyz_says_not_migrated_and_healthz_goes_on(one_more_migration: None, client: Client) -> None:
    """Case 38: /readyz was 200 on the old schema."""
    readiness.forget()
    answer = client.get("/readyz")
    assert (answer.status_code, "migrations" in json.loads(answer.content)["failing"]) == (503, True)
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_the_page_goes_away_by_itself_after_the_migration(
    one_more_migration: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/datasets/").status_code == 503
    monkeypatch.setattr(schema, "_needed", NEEDED)
    monkeypatch.setattr(schema, "ASK_AGAIN_SECONDS", 0)
    assert client.get("/datasets/").status_code == 200


@pytest.mark.django_db
def test_a_migrated_database_is_asked_once_a_process(django_assert_num_queries: Any) -> None:
    schema.forget()
    with django_assert_num_queries(1):
        assert schema.is_current()
        assert schema.is_current()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("forgotten", "status"), [(True, 503), (False, 500)])
def test_a_missing_table_is_a_fault_unless_a_migration_is_missing(forgotten: bool, status: int, as_owner: Any) -> None:
    """The control: a fault of the code that looks like an old schema stays a 500."""
    assert schema.is_current()
    for model in apps.get_app_config("datasets").get_models():
        as_owner.execute(f"DROP TABLE {model._meta.db_table} CASCADE")
    if forgotten:
        as_owner.execute("DELETE FROM django_migrations WHERE app = 'datasets'")
    as_owner.commit()
    answer = Client(raise_request_exception=False).get("/datasets/")
    assert answer.status_code == status
    schema.forget()


@pytest.mark.django_db(transaction=True)
def test_an_empty_database_lacks_everything(as_owner: Any) -> None:
    as_owner.execute("DROP TABLE django_migrations")
    as_owner.commit()
    assert schema.missing_migrations() == [f"{name}.{step}" for name, step in sorted(NEEDED())]


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_not_an_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> list[str]:
        raise OperationalError

    schema.forget()
    monkeypatch.setattr(schema, "missing_migrations", refuse)
    assert schema.is_current()
    monkeypatch.undo()
    assert schema.is_current()


@pytest.mark.django_db
def test_another_fault_of_the_database_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not schema.lacks_object(ValueError())
    with connection.cursor() as cursor, pytest.raises(Exception, match="syntax") as fault:
        cursor.execute("SELEC")
    assert not schema.lacks_object(fault.value)


@pytest.mark.django_db
def test_a_worker_leaves_its_work_until_the_database_is_migrated(
    one_more_migration: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    monkeypatch.setattr("portal.consequences.drain", lambda: ran.append(1))
    drain()
    assert ran == []
    monkeypatch.setattr(schema, "_needed", NEEDED)
    schema.forget()
    app.tasks["portal.tasks.drain"]()
    assert ran == [1]

"""What happens between two statements, or beneath the commands, in the database itself."""

from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from apps.core.errors import Denied
from apps.datasets import commands as datasets
from apps.datasets.models import Distribution
from apps.downloads import commands as downloads
from apps.downloads import rules
from apps.downloads.models import DownloadLink
from apps.grants import commands as grants
from tests import stories

pytestmark = pytest.mark.django_db


def test_no_link_to_controlled_data_stands_on_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Revoked between the question and the making of the link: no link, which a later grant would bring to life."""
    access = stories.granted()
    ask = rules.check_can_download

    def ask_and_revoke(by: Any, file: Distribution) -> None:
        ask(by, file)
        grants.revoke(access.grant, reason="Just now.", by=access.owner)

    monkeypatch.setattr(rules, "check_can_download", ask_and_revoke)
    with pytest.raises(Denied):
        downloads.make_link(access.file, by=access.holder)
    assert not DownloadLink.objects.exists()


def test_a_table_of_the_same_name_does_not_blind_the_database() -> None:
    """PostgreSQL looks at temporary tables first; the guard of published files looks at the real one."""
    file = stories.published_dataset().file
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE datasets_version ON COMMIT DROP AS SELECT * FROM public.datasets_version")
        cursor.execute("UPDATE pg_temp.datasets_version SET state = 'draft'")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("UPDATE datasets_distribution SET size = size + 1 WHERE id = %s", [file.pk])
        cursor.execute("DROP TABLE pg_temp.datasets_version")


@pytest.mark.parametrize("statement", [
    "UPDATE access_requests_vote SET choice = 'deny'",
    "UPDATE access_requests_vote SET voter_id = gen_random_uuid()",
    "DELETE FROM access_requests_vote",
    "UPDATE access_requests_round SET sha256 = ''",
    "UPDATE access_requests_round SET closed_at = NULL",
    "UPDATE access_requests_round SET snapshot = jsonb_set(snapshot, '{members}', '[]')",
    "UPDATE access_requests_round SET snapshot = jsonb_set(snapshot, '{ends_on}', '\"2099-01-01\"')",
    "DELETE FROM access_requests_round",
])  # fmt: skip
def test_what_was_voted_stands(statement: str) -> None:
    """A vote and the round it was cast in are evidence of a decision; the portal's own role cannot rewrite them."""
    stories.decided(members=[stories.person()])
    with pytest.raises(IntegrityError, match="cannot be"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_free_text_about_people_can_still_be_erased() -> None:
    """What was written may go, with what was decided left standing."""
    stories.decided()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_requests_vote SET reason = 'erased'")
        cursor.execute("UPDATE access_requests_round SET snapshot = jsonb_set(snapshot, '{purpose}', '\"\"')")


@pytest.mark.parametrize("statement", [
    "UPDATE datasets_version SET state = 'draft', published_at = NULL",
    "UPDATE datasets_version SET state = 'published', withdrawn_at = NULL WHERE withdrawn_at IS NOT NULL",
])  # fmt: skip
def test_published_stays_published_and_withdrawn_stays_withdrawn(statement: str) -> None:
    """Otherwise the guard of published files is opened by making the version a draft first."""
    published_dataset = stories.published_dataset()
    datasets.withdraw(published_dataset.version, by=published_dataset.owner, reason="A consent was taken back.")
    with pytest.raises(IntegrityError, match="cannot become"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


ACTS = [
    "CREATE TABLE public.mine (a int)",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_event_frozen ON audit_event",
    "CREATE OR REPLACE FUNCTION audit_event_frozen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE RULE quiet AS ON INSERT TO audit_event DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
    "SET ROLE gatehouse_owner",
    "ALTER DEFAULT PRIVILEGES FOR ROLE gatehouse_owner IN SCHEMA public GRANT ALL ON TABLES TO gatehouse_app",
    "DROP TABLE audit_event",
    "UPDATE audit_event SET kind = ''",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "TRUNCATE agreements_signature",
    "SELECT setval('audit_event_id_seq', 1)",
    "DELETE FROM django_migrations",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
]


@pytest.mark.parametrize("act", ACTS)
def test_the_portal_runs_as_a_role_that_cannot_get_around_its_own_walls(act: str) -> None:
    """Whoever takes over the web process still cannot silence the log, own a table or become the owner."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)

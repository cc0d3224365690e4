"""The question that is asked at every byte answers as the set it is made from, at every moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import signals
from django.db import OperationalError, connection, transaction
from psycopg._preparing import PrepareManager

from apps.access_requests.models import Round
from apps.core import clock
from apps.core.db import Prepared, any_of
from apps.core.postgresql import driver
from apps.datasets import commands as datasets
from apps.datasets.models import Distribution
from apps.downloads.commands import make_link
from apps.grants import commands as grants
from apps.grants.models import AccessGrant
from apps.grants.queries import (
    downloadable_by,
    grant_is_active,
    may_download,
    may_download_on,
    may_download_version,
)
from apps.identity import queries as sessions
from apps.identity.commands.identities import deactivate
from apps.people.commands.people import accept_terms
from apps.people.models import Person
from apps.tokens.queries import digest
from apps.web.common import navigation
from tests import stories
from tests.performance import bytes_out

pytestmark = pytest.mark.django_db


def agree(people: list[Any]) -> None:
    """For each person and each file: the quick answer is the set's, by both kinds of cursor."""
    for person in people:
        for file in Distribution.objects.all():
            expected = downloadable_by(person).filter(pk=file.pk).exists()
            assert may_download(person, file.pk) is expected, (person, file)
            assert may_download_version(person, file.version_id) is expected
            for grant in AccessGrant.objects.all() if isinstance(person, Person) else ():
                both = expected and AccessGrant.objects.active().filter(pk=grant.pk).exists()
                assert may_download_on(person, file.pk, grant.pk) is both, (person, file, grant)
            connection.force_debug_cursor = True
            try:
                assert may_download(person, file.pk) is expected
            finally:
                connection.force_debug_cursor = False


def test_it_answers_as_the_set_whatever_happens_to_the_world() -> None:
    access, other = stories.granted(), stories.granted()
    open_, registered = stories.published_dataset(access="open"), stories.published_dataset(access="registered")
    hidden, withdrawn = stories.drafted_dataset(access="open"), stories.published_dataset(access="open")
    operator, second = stories.operator(), stories.operator()
    people: list[Any] = [access.holder, other.holder, access.owner, stories.person(), None, AnonymousUser()]
    agree(people)
    assert may_download(access.holder, access.file.pk)
    assert not may_download(access.holder, other.file.pk)
    assert may_download(None, open_.file.pk)
    assert not may_download(None, hidden.file.pk)
    accept_terms(stories.terms(), by=access.holder)
    assert may_download(access.holder, registered.file.pk)
    agree(people)
    datasets.withdraw(withdrawn.version, reason="A consent was taken back.", by=withdrawn.owner)
    grants.suspend(other.grant, reason="A question.", by=other.owner)
    agree(people)
    stop = grants.stop_downloads("An alarm.", by=operator)
    assert not may_download(access.holder, access.file.pk)
    agree(people)
    grants.propose_resume(stop, by=operator)
    grants.resume_downloads(stop, by=second)
    grants.revoke(access.grant, reason="It ended.", by=access.owner)
    assert not may_download(access.holder, access.file.pk)
    agree(people)
    deactivate(other.holder, by=operator)
    agree([*people, Person.objects.get(pk=other.holder.pk)])


def test_a_frozen_clock_is_believed(frozen: Callable[[datetime], datetime]) -> None:
    """T89: `until` itself is refused, the microsecond before is not."""
    access = stories.granted()
    end = access.grant.ends_at
    frozen(end - timedelta(microseconds=1))
    assert clock.is_frozen()
    assert may_download(access.holder, access.file.pk)
    assert grant_is_active(access.grant.pk)
    frozen(end)
    assert not may_download(access.holder, access.file.pk)
    assert not grant_is_active(access.grant.pk)


def test_it_is_one_statement(django_assert_num_queries: Any) -> None:
    access = stories.granted()
    file = access.file.pk
    with django_assert_num_queries(1):
        may_download(access.holder, file)


def test_a_link_is_opened_with_five_statements() -> None:
    """Issue 10 allows six: the path before the first byte, its own savepoints not counted."""
    access = stories.granted()
    _link, secret = make_link(access.file, by=access.holder)
    assert bytes_out.statements_of(f"/d/{secret}/{access.file.name}") == 5


def prepared_after_a_rollback() -> int:
    """How many statements the server still has prepared when a page has been refused and rolled back."""
    with transaction.atomic():
        may_download(stories.person(), stories.published_dataset().file.pk)
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


def test_a_statement_stays_prepared_after_a_rollback() -> None:
    assert prepared_after_a_rollback() >= 1


def test_control_psycopg_alone_drops_what_was_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: the next page would plan the access rule, the session and the navigation again."""
    monkeypatch.setattr(driver.KeptStatements, "_should_discard", PrepareManager._should_discard)
    assert prepared_after_a_rollback() == 0


def test_its_faults_are_those_of_django(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that goes away is the same pause for it as for everything else."""
    question = Prepared(lambda grant: AccessGrant.objects.filter(pk=grant), UUID)
    question.holds(stories.person().pk)
    assert question._exists is not None
    monkeypatch.setattr(question, "_exists", ("SELECT pg_terminate_backend(pg_backend_pid())", ()))
    with pytest.raises(OperationalError):
        question.holds(stories.person().pk)
    connection.close()


# -------------------------------------------------------------------------------------------------- rows, not only yes
def same(kept: list[Any], asked: Any) -> None:
    """The same things, in the same order, with the same columns and neighbours."""
    plain = list(asked)
    assert [vars_of(one) for one in kept] == [vars_of(one) for one in plain]


def vars_of(one: Any) -> Any:
    if not hasattr(one, "_state"):
        return one
    beside = {name: vars_of(value) for name, value in one._state.fields_cache.items()}
    return {name: value for name, value in vars(one).items() if name not in {"_state", "asked_at"}} | {"beside": beside}


def test_rows_come_as_the_set_gives_them() -> None:
    access, official = stories.granted(), stories.signing_official(stories.institution())
    people = [access.holder, access.owner, official, stories.auditor(), stories.operator()]
    with_institution = Prepared(lambda pk: Person.objects.filter(pk=pk).select_related("institution"), UUID)
    for someone in people:
        same(with_institution.rows(someone.pk), Person.objects.filter(pk=someone.pk).select_related("institution"))
        same(navigation._asked.rows(someone.pk), navigation._flags(someone))
        client = stories.client_for(someone)
        key_digest = digest(client.session.session_key or "")
        same(sessions._living_of.rows(key_digest), sessions._living(key_digest))
        assert len(sessions._living_of.rows(key_digest)) == 1


def test_rows_believe_a_frozen_clock(frozen: Callable[[datetime], datetime]) -> None:
    grant = stories.granted().grant
    asked = Prepared(lambda pk: AccessGrant.objects.active().filter(pk=pk), UUID)
    assert asked.first(grant.pk) == grant
    frozen(grant.ends_at)
    assert asked.first(grant.pk) is None


def test_each_thread_asks_over_its_own_connection(transactional_db: None) -> None:
    """What is compiled is shared by all; a connection never is."""
    people = [stories.person() for _ in range(4)]
    asked = Prepared(lambda pk: Person.objects.filter(pk=pk), UUID)

    def ask(person: Person) -> list[Person]:
        try:
            return [asked.first(person.pk) for _time in range(20)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, people)) == [[person] * 20 for person in people]


@pytest.mark.parametrize(
    "build",
    [
        lambda pk: Person.objects.filter(pk=UUID(int=0)),
        lambda pk: Person.objects.filter(pk=pk, created_at__gt=datetime(2026, 1, 1, tzinfo=UTC)),
        lambda pk: Person.objects.filter(pk=pk, signatures__agreement__ends_on__gte=date(2026, 1, 1)),
    ],
    ids=["does not ask about it", "holds a moment", "holds a day"],
)
def test_a_set_with_a_fixed_moment_is_not_prepared(build: Callable[[UUID], Any]) -> None:
    """The control: such a set would answer for another person, or with yesterday's time."""
    with pytest.raises(RuntimeError, match="cannot be prepared"):
        Prepared(build, UUID).rows(UUID(int=1))
    with pytest.raises(RuntimeError, match="cannot be prepared"):
        Prepared(build, UUID).holds(UUID(int=1))


def test_a_page_read_leaves_the_prepared_statements_in_place(transactional_db: None) -> None:
    """Else each page would prepare its own again."""
    access = stories.granted()
    client = stories.client_for(access.holder)

    def prepared() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM pg_prepared_statements")
            return {name for (name,) in cursor.fetchall()}

    with patch.object(signals.request_finished, "receivers", []):  # which would close the connection in a test
        client.get("/datasets/")
        first = prepared()
        client.get("/datasets/")
    assert first
    assert first <= prepared()


def test_a_parameter_inside_a_list_in_json_is_the_one_that_is_asked_for() -> None:
    """Who is named in the snapshot of a round: the id is a text in JSON there."""
    first, second = stories.submitted(), stories.submitted()
    by_applicant = Prepared(
        lambda pk: Round.objects.filter(request__applicant=pk).exclude(snapshot__members__contains=[str(pk)]), UUID
    )
    for case in (first, second):
        assert [one.pk for one in by_applicant.rows(case.applicant.pk)] == [case.round.pk]


def test_a_parameter_that_would_stay_in_the_statement_is_refused() -> None:
    """The control: deep in JSON the id of whoever asked first would be asked for everybody."""
    hidden = Prepared(
        lambda pk: Round.objects.filter(request__applicant=pk, snapshot__contains={"applicant": str(pk)}), UUID
    )
    with pytest.raises(RuntimeError):
        hidden.rows(stories.person().pk)


def test_a_list_of_ids_is_a_parameter() -> None:
    """Nobody's, one and several; the same SQL answers each, and each gets its own."""
    people = [stories.person() for _ in range(3)]
    named = Prepared(lambda ids: Person.objects.filter(any_of("pk", ids)).order_by("pk"), list)
    for wanted in ([], people[:1], people, people[1:]):
        ids = [one.pk for one in wanted]
        same(named.rows(ids), Person.objects.filter(pk__in=ids).order_by("pk"))
    assert not named.holds([])

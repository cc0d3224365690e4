"""The question that is asked at every byte answers as the set it is made from, at every moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection

from apps.accounts import commands as accounts
from apps.accounts.models import Person
from apps.core import clock
from apps.core.prepared import Prepared
from apps.datasets import commands as datasets
from apps.datasets.models import Distribution
from apps.grants import commands as grants
from apps.grants.models import AccessGrant
from apps.grants.queries import downloadable_by, is_in_force, may_download, may_download_version
from tests import stories

pytestmark = pytest.mark.django_db


def agree(people: list[Any]) -> None:
    """For each person and each file: the quick answer is the set's, by both kinds of cursor."""
    for person in people:
        for file in Distribution.objects.all():
            expected = downloadable_by(person).filter(pk=file.pk).exists()
            assert may_download(person, file.pk) is expected, (person, file)
            assert may_download_version(person, file.version_id) is expected
            connection.force_debug_cursor = True
            try:
                assert may_download(person, file.pk) is expected
            finally:
                connection.force_debug_cursor = False


def test_it_answers_as_the_set_whatever_happens_to_the_world() -> None:
    access, other = stories.granted(), stories.granted()
    open_, registered = stories.shelf(access="open"), stories.shelf(access="registered")
    hidden, withdrawn = stories.drafted_shelf(access="open"), stories.shelf(access="open")
    operator, second = stories.operator(), stories.operator()
    people: list[Any] = [access.holder, other.holder, access.owner, stories.person(), None, AnonymousUser()]
    agree(people)
    assert may_download(access.holder, access.file.pk)
    assert not may_download(access.holder, other.file.pk)
    assert may_download(None, open_.file.pk)
    assert not may_download(None, hidden.file.pk)
    accounts.accept_terms(stories.terms(), by=access.holder)
    assert may_download(access.holder, registered.file.pk)
    agree(people)
    datasets.withdraw(withdrawn.version, reason="A consent was taken back.", by=withdrawn.owner)
    grants.suspend(other.grant, reason="A question.", by=other.owner)
    agree(people)
    stop = grants.freeze_downloads("An alarm.", by=operator)
    assert not may_download(access.holder, access.file.pk)
    agree(people)
    grants.propose_thaw(stop, by=operator)
    grants.thaw(stop, by=second)
    grants.revoke(access.grant, reason="It ended.", by=access.owner)
    assert not may_download(access.holder, access.file.pk)
    agree(people)
    accounts.deactivate(other.holder, by=operator)
    agree([*people, Person.objects.get(pk=other.holder.pk)])


def test_a_frozen_clock_is_believed(frozen: Callable[[datetime], datetime]) -> None:
    """T89: `until` itself is refused, the microsecond before is not."""
    access = stories.granted()
    end = access.grant.ends_at
    frozen(end - timedelta(microseconds=1))
    assert clock.is_frozen()
    assert may_download(access.holder, access.file.pk)
    assert is_in_force(access.grant.pk)
    frozen(end)
    assert not may_download(access.holder, access.file.pk)
    assert not is_in_force(access.grant.pk)


def test_it_is_one_statement(django_assert_num_queries: Any) -> None:
    access = stories.granted()
    file = access.file.pk
    with django_assert_num_queries(1):
        may_download(access.holder, file)


def test_its_faults_are_those_of_django(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that goes away is the same pause for it as for everything else."""
    question = Prepared(lambda grant: AccessGrant.objects.filter(pk=grant), 1)
    question.holds(stories.person().pk)
    assert question._compiled is not None
    monkeypatch.setattr(question, "_compiled", ("SELECT pg_terminate_backend(pg_backend_pid())", ()))
    with pytest.raises(OperationalError):
        question.holds(stories.person().pk)
    connection.close()

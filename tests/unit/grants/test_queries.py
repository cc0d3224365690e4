"""Which files the rule opens for whom; whose grants are listed, which of them, and in which order."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.core import clock
from apps.datasets.models import Dataset
from apps.grants import commands, queries
from apps.grants.access_state import statements
from apps.grants.models import AccessGrant, DownloadStop, Suspension
from apps.people.commands.people import accept_terms
from apps.people.models import Affiliation, Person
from tests import stories
from tests.factories import rows

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


def with_factor(someone: Person, factor: Any) -> Person:
    """The person as after a sign-in with or without a second factor."""
    again = Person.objects.get(pk=someone.pk)
    again.second_factor = factor
    return again


# ------------------------------------------------------------------------------------------------- one file
def test_a_file_and_its_version_are_open_to_the_same_people() -> None:
    access, other = stories.granted(), stories.published_dataset()
    for person, file, opened in (
        (access.holder, access.file, True),
        (access.owner, access.file, False),
        (access.holder, other.file, False),
        (AnonymousUser(), access.file, False),
    ):
        assert queries.may_download(person, file.pk) is opened
        assert queries.may_download_version(person, file.version_id) is opened
        assert not queries.lacks_only_second_factor(person, file.pk)


def test_open_data_are_open_to_visitors_by_file_and_by_version() -> None:
    free, closed = stories.published_dataset(access="open"), stories.published_dataset()
    for visitor in (AnonymousUser(), None):
        assert queries.may_download(visitor, free.file.pk)
        assert queries.may_download_version(visitor, free.version.pk)
        assert not queries.may_download(visitor, closed.file.pk)
        assert not queries.may_download_version(visitor, closed.version.pk)


def test_a_second_factor_counts_only_if_it_is_known() -> None:
    access = stories.granted()
    Dataset.objects.filter(pk=access.published_dataset.dataset.pk).update(requires_second_factor=True)
    file, version = access.file.pk, access.published_dataset.version.pk
    for factor in (True, False, None, "yes", 1):
        person = with_factor(access.holder, factor)
        assert queries.may_download(person, file) is (factor is True)
        assert queries.may_download_version(person, version) is (factor is True)
        assert queries.downloadable_by(person).filter(pk=file).exists() is (factor is True)
        assert queries.lacks_only_second_factor(person, file) is (factor is not True)
    for nobody in (AnonymousUser(), stories.person()):
        assert not queries.lacks_only_second_factor(nobody, file)


def test_a_grant_is_active_by_itself() -> None:
    access, other = stories.granted(), stories.granted()
    assert queries.grant_is_active(access.grant.pk)
    commands.suspend(access.grant, reason="A question.", by=access.owner)
    assert not queries.grant_is_active(access.grant.pk)
    assert queries.grant_is_active(other.grant.pk)
    assert not queries.grant_is_active(uuid4())


def test_the_files_of_a_version_come_by_name_with_what_the_rule_says_of_them() -> None:
    data = stories.published_dataset(files={"b.csv": b"b\n2\n", "a.csv": b"a\n1\n", "c.csv": b"c\n3\n"})
    access, version = stories.granted(published_dataset=data), data.version
    stories.published_dataset(access="open")
    for person, opened in ((access.holder, True), (access.owner, False)):
        found = list(queries.files_of(version, person))
        assert [one.name for one in found] == ["a.csv", "b.csv", "c.csv"]
        assert {one.may_download for one in found} == {opened}  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------------------- whose grants
def test_each_reader_has_their_own_grants_newest_first() -> None:
    access, other = stories.granted(), stories.granted()
    second = stories.granted(published_dataset=access.published_dataset, applicant=access.holder, days=30)
    sets = {
        "of": lambda person: list(queries.grants_of(person)),
        "managed": lambda person: list(queries.on_datasets_managed_by(person)),
        "visible": lambda person: list(queries.visible_to(person)),
    }
    expected = {
        access.holder: {"of": [second.grant, access.grant], "managed": [], "visible": [second.grant, access.grant]},
        access.owner: {"of": [], "managed": [second.grant, access.grant], "visible": [second.grant, access.grant]},
        other.holder: {"of": [other.grant], "managed": [], "visible": [other.grant]},
        stories.person(): {"of": [], "managed": [], "visible": []},
    }
    for person, found in expected.items():
        assert {name: ask(person) for name, ask in sets.items()} == found
    assert [ask(AnonymousUser()) for ask in sets.values()] == [[], [], []]


def state_of(access: stories.Access) -> tuple[bool, bool]:
    """Whether it is listed as active, and as active but for the affiliation; the same in every list."""
    lists = (
        queries.grants_of(access.holder), queries.on_datasets_managed_by(access.owner),
        queries.visible_to(access.holder), queries.of_requests([access.case.request.pk]),
    )  # fmt: skip
    found = {(one.grant_is_active, one.affiliation_missing) for one in (rows.get(pk=access.grant.pk) for rows in lists)}
    assert len(found) == 1
    return found.pop()


def test_a_listed_grant_says_whether_it_is_active_or_lacks_only_the_affiliation() -> None:
    access = stories.granted()
    stories.granted()
    assert state_of(access) == (True, False)
    Affiliation.objects.filter(person=access.holder).update(valid_until=clock.now())
    assert state_of(access) == (False, True)
    commands.suspend(access.grant, reason="A question.", by=access.owner)
    assert state_of(access) == (False, False)
    Affiliation.objects.filter(person=access.holder).update(valid_until=clock.now() + DAY)
    assert state_of(access) == (False, False)


def test_the_grants_of_requests_are_those_that_came_of_them() -> None:
    access, other = stories.granted(), stories.granted()
    assert list(queries.of_requests([access.case.request.pk])) == [access.grant]
    assert set(queries.of_requests([one.case.request.pk for one in (access, other)])) == {access.grant, other.grant}
    assert not queries.of_requests([]).exists()


def test_what_depends_on_an_institution_is_access_of_these_people_that_is_not_over() -> None:
    access, other = stories.granted(), stories.granted()
    home, people = access.grant.institution, [access.holder.pk, other.holder.pk]
    assert home is not None
    assert list(queries.depending_on(home, people)) == [access.grant]
    assert list(queries.depending_on(home, [other.holder.pk])) == []
    later = stories.granted(published_dataset=other.published_dataset, applicant=access.holder, days=300)
    sooner = stories.granted(published_dataset=other.published_dataset, applicant=access.holder, days=30)
    assert list(queries.depending_on(home, people)) == [sooner.grant, access.grant, later.grant]
    assert set(queries.holders_through(home)) == {sooner.grant, access.grant, later.grant}
    commands.revoke(later.grant, reason="A breach.", by=later.owner)
    commands.suspend(sooner.grant, reason="A question.", by=sooner.owner)
    assert set(queries.depending_on(home, people)) == {access.grant, sooner.grant}
    assert list(queries.holders_through(home)) == [access.grant]
    assert [one.grant_is_active for one in queries.depending_on(home, [access.holder.pk]).order_by("issued_at")] == [
        True,
        False,
    ]
    with clock.freeze(access.grant.ends_at - TICK):
        assert list(queries.depending_on(home, people)) == [access.grant]
    with clock.freeze(access.grant.ends_at):
        assert not queries.depending_on(home, people).exists()


# ------------------------------------------------------------------------------------------------- stopped
def test_a_grant_is_suspended_while_a_pause_of_its_own_is_open() -> None:
    access, other = stories.granted(), stories.granted()
    commands.suspend(access.grant, reason="A question.", by=access.owner)
    assert AccessGrant.objects.get(queries.suspended_now()) == access.grant
    commands.resume(access.grant, by=access.owner)
    assert not AccessGrant.objects.filter(queries.suspended_now()).exists()
    assert Suspension.objects.exclude(grant=other.grant).count() == 1


def test_the_stop_that_counts_now_is_the_open_one() -> None:
    first, second = stories.person(), stories.person()
    assert queries.current_download_stop() is None
    now = clock.now()
    over = rows.freeze(first, second, starts_at=now - 9 * DAY, ends_at=now - 8 * DAY)
    assert queries.current_download_stop() is None
    stop = rows.freeze(first, second, starts_at=now - DAY, ends_at=None)
    assert queries.current_download_stop() == stop
    assert list(queries.download_stops()) == [stop, over]
    assert DownloadStop.objects.count() == 2


# ------------------------------------------------------------------------------------------------- the parts of a rule
def test_the_versions_of_datasets_come_newest_first_with_each_part() -> None:
    access, other = stories.granted(), stories.published_dataset(access="open")
    dataset = access.published_dataset.dataset
    draft = stories.datasets.start_version(dataset, by=access.owner)
    found = statements.versions(access.holder, [dataset.pk])
    assert [row for row, _parts in found] == [draft, access.published_dataset.version]
    assert [{name for name, holds in parts.items() if not holds} for _row, parts in found] == [{"published"}, set()]
    assert all(row.asked_at is not None for row, _parts in found)
    others = statements.versions(AnonymousUser(), [dataset.pk, other.dataset.pk])
    assert {row.pk: all(parts.values()) for row, parts in others} == {
        draft.pk: False,
        access.published_dataset.version.pk: False,
        other.version.pk: True,
    }


def test_each_grant_comes_with_each_part() -> None:
    access, other = stories.granted(), stories.granted()
    commands.suspend(access.grant, reason="A question.", by=access.owner)
    found = dict(statements.grants_called([access.grant.pk, other.grant.pk]))
    assert {grant: {name for name, holds in parts.items() if not holds} for grant, parts in found.items()} == {
        access.grant: {"not_suspended"},
        other.grant: set(),
    }


def test_open_data_need_no_affiliation_and_registered_data_do() -> None:
    someone = stories.person()
    free, listed = stories.published_dataset(access="open"), stories.published_dataset(access="registered")
    accept_terms(stories.terms(), by=someone)
    Affiliation.objects.filter(person=someone).update(valid_until=clock.now())
    assert queries.may_download(someone, free.file.pk)
    assert not queries.may_download(someone, listed.file.pk)
    stories.person(at=someone.institution)
    assert not queries.may_download(someone, listed.file.pk), "others are affiliated with the same institution"
    Affiliation.objects.filter(person=someone).update(valid_until=clock.now() + DAY)
    assert queries.may_download(someone, listed.file.pk)


def test_the_emergency_account_opens_open_data_only() -> None:
    access, free = stories.granted(), stories.published_dataset(access="open")
    Person.objects.filter(pk=access.holder.pk).update(is_break_glass=True)
    holder = with_factor(access.holder, True)
    assert not queries.may_download(holder, access.file.pk)
    assert queries.may_download(holder, free.file.pk)


def test_a_closed_account_opens_nothing_and_a_visitor_open_data() -> None:
    free = stories.published_dataset(access="open")
    someone = stories.deactivated()
    assert not queries.may_download(someone, free.file.pk)
    assert not queries.may_download_version(someone, free.version.pk)
    assert queries.may_download(None, free.file.pk)

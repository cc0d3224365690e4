"""What is one download, and what is a second one: by a link, by a person's own calls, and by a visitor."""

from datetime import timedelta

import pytest
from django.db import connection

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import ANONYMOUS, Actor
from apps.datasets.models import Distribution
from apps.downloads import commands
from apps.downloads.commands import ONE_DOWNLOAD
from apps.downloads.models import DownloadLink
from apps.downloads.ranges import Asked
from tests import stories

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)
REST = Asked(byte_range="bytes=5-")


def kinds() -> list[str]:
    """What was recorded of downloads, in order."""
    found = Event.objects.filter(kind__startswith="download.").order_by("id")
    return [one.removeprefix("download.") for one in found.values_list("kind", flat=True)]


def fetched(file: Distribution, by: Actor, asked: Asked | None = None) -> str:
    """Download the file, and say what was recorded of it."""
    commands.fetch(file, by=by, asked=asked)
    return kinds()[-1]


def test_a_link_starts_one_download_and_no_other_links() -> None:
    access, other = stories.linked(), stories.linked()
    assert access.link is not None and other.link is not None
    commands.open_link(access.token, by=ANONYMOUS)
    access.link.refresh_from_db()
    begun = access.link.started_at
    assert begun is not None
    commands.open_link(access.token, by=ANONYMOUS)
    access.link.refresh_from_db()
    other.link.refresh_from_db()
    assert (access.link.started_at, other.link.started_at) == (begun, None)
    assert kinds() == ["started", "continued"]


def test_two_first_calls_at_once_are_one_download(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read the link before either has sent a byte."""
    access = stories.linked()
    assert access.link is not None
    unused = commands.queries_one.lock_link(access.link.digest)
    monkeypatch.setattr(commands.queries_one, "lock_link", lambda _digest: unused)
    for _time in range(2):
        commands.open_link(access.token, by=ANONYMOUS)
    assert kinds() == ["started", "continued"]


def test_calls_of_one_person_for_one_file_within_an_hour_are_one_download() -> None:
    data = stories.published_dataset(access="open", files={"a.csv": b"a,b,c\n1,2,3\n", "b.csv": b"a,b,c\n4,5,6\n"})
    first, second = data.files
    somebody, colleague = stories.person(), stories.person()
    assert fetched(first, somebody) == "started"
    assert fetched(first, somebody) == "continued"
    assert fetched(second, somebody, REST) == "started", "another file"
    assert fetched(first, colleague) == "started", "another person"
    mine = DownloadLink.objects.filter(person=somebody, distribution=first)
    with clock.freeze(clock.now()):
        mine.update(started_at=clock.now() - ONE_DOWNLOAD)
        assert fetched(first, somebody) == "continued", "an hour ago to the moment"
        mine.update(started_at=clock.now() - ONE_DOWNLOAD - TICK)
        assert fetched(first, somebody) == "started", "longer ago"


def test_a_visitor_continues_a_download_with_a_part_that_is_not_the_first() -> None:
    file = stories.published_dataset(access="open").file
    assert [fetched(file, ANONYMOUS, one) for one in (None, REST, None)] == ["started", "continued", "started"]


def test_a_download_without_a_link_leaves_other_links_as_they_are() -> None:
    access = stories.linked()
    commands.fetch(access.file, by=access.holder)
    assert DownloadLink.objects.active().get() == access.link
    assert DownloadLink.objects.filter(ended_at__isnull=False).count() == 1


MINE = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND mode = %s "
NAMED = MINE + "AND locktype = 'advisory'"
ROWS = MINE + "AND relation = %s::regclass"


def locks(question: str, *values: str) -> int:
    """How many locks this transaction has: on rows of a table, or named ones."""
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return int(cursor.fetchone()[0])


def test_calls_of_one_person_take_turns() -> None:
    """Two at once would otherwise both be the first; visitors do not wait for each other."""
    file = stories.published_dataset(access="open").file
    before = locks(NAMED, "ExclusiveLock")
    commands.fetch(file, by=ANONYMOUS)
    assert locks(NAMED, "ExclusiveLock") == before
    commands.fetch(file, by=stories.person())
    assert locks(NAMED, "ExclusiveLock") == before + 1


def test_a_grant_cannot_be_revoked_while_a_download_on_it_is_recorded() -> None:
    """The row of the grant is locked for share; open data have no grant to lock."""
    file = stories.published_dataset(access="open").file
    commands.fetch(file, by=stories.person())
    assert locks(ROWS, "RowShareLock", "grants_accessgrant") == 0
    access = stories.linked()
    assert locks(ROWS, "RowShareLock", "grants_accessgrant") == 0
    commands.open_link(access.token, by=ANONYMOUS)
    assert locks(ROWS, "RowShareLock", "grants_accessgrant") == 1


def test_a_link_ends_with_the_longest_grant_of_its_holder_on_its_dataset() -> None:
    access = stories.granted(days=20)
    longer = stories.granted(published_dataset=access.published_dataset, applicant=access.holder, days=40)
    stories.granted(published_dataset=access.published_dataset, days=90)  # somebody else's
    stories.granted(applicant=access.holder, days=90)  # to other data
    link, _secret = commands.make_link(access.file, by=access.holder)
    assert link.grant == longer.grant

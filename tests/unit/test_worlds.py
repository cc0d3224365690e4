"""The kept worlds: cheap, true to what the commands make, and apart from each other."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Event, Outbox
from apps.core import storage
from apps.grants.models import AccessGrant
from apps.grants.queries import downloadable_by
from apps.people.models import Person
from tests import seeded_worlds, stories, worlds

pytestmark = pytest.mark.django_db
MOST = 20  # statements for one world


@pytest.fixture
def only_fetched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A world that is not kept fails the test, instead of being built by commands."""

    def fetch(name: str) -> Any:
        found = kept(name)
        assert found is not None, f"{name} is not kept"
        return found

    kept = seeded_worlds.fetch
    monkeypatch.setattr(seeded_worlds, "fetch", fetch)
    yield


def statements(make: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        make()
    return len(captured)


def test_a_granted_world_costs_few_statements(only_fetched: None) -> None:
    fetched = statements(worlds.granted)
    print(f"a granted world: {fetched} statements")
    assert fetched <= MOST


def test_by_commands_it_costs_hundreds() -> None:
    """The control: what is counted above is the fetching, and not a number that is always small."""
    with seeded_worlds.by_commands():
        assert statements(worlds.granted) > 10 * MOST


@pytest.mark.parametrize("make", worlds.EVERY)
def test_every_world_is_kept(only_fetched: None, make: Callable[[], Any]) -> None:
    assert statements(make) <= MOST


@pytest.mark.parametrize("access", ["open", "registered"])
def test_published_datasets_of_the_other_access_levels_are_kept(only_fetched: None, access: str) -> None:
    assert stories.published_dataset(access=access).dataset.access == access


def left_by(make: Callable[[], Any]) -> dict[str, Any]:
    """What a world leaves in the database, without its ids; it is undone afterwards."""
    with transaction.atomic():
        make()
        left = {
            "events": sorted(Event.objects.values_list("kind", flat=True)),
            "pending": Outbox.objects.count(),
            "people": Person.objects.count(),
            "grants": list(AccessGrant.objects.values_list("revoked_because", flat=True)),
            "Active": AccessGrant.objects.active().count(),
        }
        transaction.set_rollback(True)
    return left


@pytest.mark.parametrize("make", worlds.EVERY)
def test_a_kept_world_is_what_the_commands_make(make: Callable[[], Any]) -> None:
    fetched = left_by(make)
    with seeded_worlds.by_commands():
        assert fetched == left_by(make)


def test_the_holder_of_a_fetched_grant_may_download_its_bytes(only_fetched: None) -> None:
    access = worlds.granted()
    assert downloadable_by(access.holder).get() == access.file
    with storage.private_storage().open(access.file.storage_key) as stored:
        assert stored.read() == access.published_dataset.contents[access.file.name]


def test_two_worlds_in_one_test_share_nothing(only_fetched: None) -> None:
    first, second = worlds.granted(), worlds.revoked()
    assert first.grant != second.grant
    assert first.holder != second.holder
    assert list(AccessGrant.objects.active()) == [first.grant]


def test_when_all_are_used_the_next_is_built_by_commands() -> None:
    made = {worlds.draft().request.pk for _turn in range(6)}
    assert len(made) == 6


def test_what_a_wider_fixture_fetched_is_not_fetched_again() -> None:
    before = worlds.in_review()
    seeded_worlds.begin_test()  # as between the tests of a module whose fixture fetched it
    after = worlds.in_review()
    assert before.request != after.request
    assert before.published_dataset.dataset != after.published_dataset.dataset


def test_under_a_frozen_clock_the_commands_run(frozen: Callable[[datetime], datetime]) -> None:
    moment = frozen(datetime(2031, 5, 1, 12, tzinfo=UTC))
    assert worlds.granted().grant.starts_at.date() == moment.date()


def test_a_test_with_its_own_template_gets_agreements_on_it() -> None:
    from apps.agreements.models import Template

    with seeded_worlds.by_commands():
        stories.template()
    assert worlds.offered().agreement.template == Template.objects.get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_finds_them_too(only_fetched: None, turn: int) -> None:
    """The second turn: the fresh copy after a commit has them again."""
    access = worlds.granted()
    assert AccessGrant.objects.get() == access.grant

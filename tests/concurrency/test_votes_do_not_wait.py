"""Votes on different requests of one committee never wait for each other; a change of the committee waits for votes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from apps.access_requests import commands as requests
from apps.access_requests.models import Vote
from apps.committees.models import Committee, CommitteeMember
from tests import stories

pytestmark = pytest.mark.django_db(transaction=True)


def waits(act: Callable[[], Any]) -> bool:
    """Whether the act, on a connection of its own, would wait for a lock for more than half a second."""

    def run() -> bool:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = 500")
                act()
        except OperationalError as fault:
            assert "lock timeout" in str(fault)
            return True
        finally:
            connections.close_all()
        return False

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def test_a_vote_on_another_request_does_not_wait() -> None:
    """Issue 11, Speed. Controls: a vote on the same request waits, and so do a vote and a change of the committee."""
    dataset = stories.published_dataset(committee_setup=stories.committee_setup(members=2))
    first, second = (stories.in_review(published_dataset=dataset) for _ in range(2))
    chair, member, _other = dataset.committee_setup.everyone

    def remove(membership: CommitteeMember) -> None:
        requests.remove_committee_member(membership, reason="Left.", by=chair)

    def change() -> Committee:
        return Committee.objects.select_for_update().get(pk=dataset.committee_setup.committee.pk)

    with transaction.atomic():
        stories.vote(first, chair)
        assert not waits(lambda: stories.vote(second, member))
        assert waits(lambda: stories.vote(first, member))
        assert waits(change)
        assert waits(lambda: remove(dataset.committee_setup.membership_of(member)))
    with transaction.atomic():
        change()
        assert waits(lambda: stories.vote(second, chair))
    with transaction.atomic():
        remove(dataset.committee_setup.membership_of(member))
        assert waits(lambda: stories.vote(second, member)), "who is being removed votes before or not at all"
    assert Vote.objects.count() == 2

"""The same form, sent twice, happens once."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.core import idempotency
from apps.core.clock import freeze, now
from apps.core.errors import Invalid
from apps.core.models import IdempotencyKey

ME, KEY = uuid.uuid4(), uuid.uuid4()


@pytest.mark.django_db
def test_the_second_sending_finds_where_the_first_ended() -> None:
    """T88."""
    first = idempotency.reserve_key(person_id=ME, key=KEY, digest="d")
    idempotency.store_location(first, location="/requests/1/")
    second = idempotency.reserve_key(person_id=ME, key=KEY, digest="d")
    assert (first.first, second.first, second.location) == (True, False, "/requests/1/")
    assert str(IdempotencyKey.objects.get()) == str(KEY)


@pytest.mark.django_db
def test_one_key_never_stands_for_two_contents() -> None:
    """T88."""
    idempotency.reserve_key(person_id=ME, key=KEY, digest="d")
    with pytest.raises(Invalid, match="different content") as refused:
        idempotency.reserve_key(person_id=ME, key=KEY, digest="other")
    assert refused.value.status == 422


@pytest.mark.django_db
def test_two_people_may_hold_the_same_key() -> None:
    assert idempotency.reserve_key(person_id=ME, key=KEY, digest="d").first
    assert idempotency.reserve_key(person_id=uuid.uuid4(), key=KEY, digest="d").first


@pytest.mark.django_db
def test_old_keys_are_forgotten_and_young_ones_kept() -> None:
    idempotency.reserve_key(person_id=ME, key=KEY, digest="d")
    idempotency.delete_old_keys(older_than=timedelta(days=1))
    assert IdempotencyKey.objects.exists()
    with freeze(now() + timedelta(days=2)):
        idempotency.delete_old_keys(older_than=timedelta(days=1))
    assert not IdempotencyKey.objects.exists()


def test_the_order_of_fields_does_not_matter_and_their_contents_do() -> None:
    assert idempotency.digest_of([("a", "1"), ("b", "2")]) == idempotency.digest_of([("b", "2"), ("a", "1")])
    assert idempotency.digest_of([("a", "1")]) != idempotency.digest_of([("a", "2")])
    assert idempotency.digest_of([("a", "b\x001")]) != idempotency.digest_of([("a", "b"), ("", "1")])
    assert len(idempotency.digest_of([("odd", "\ud800")])) == 64


@pytest.mark.django_db(transaction=True)
def test_a_second_sending_waits_for_the_first_and_then_does_nothing() -> None:
    """T88: real transactions in real threads."""
    key, done, order = uuid.uuid4(), [], threading.Barrier(4)

    def send() -> None:
        order.wait()
        try:
            with transaction.atomic():
                claimed = idempotency.reserve_key(person_id=ME, key=key, digest="d")
                if claimed.first:
                    idempotency.store_location(claimed, location="/done/")
                done.append(claimed.first)
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(done) == [False, False, False, True]


@pytest.mark.django_db(transaction=True)
def test_a_first_sending_that_failed_leaves_the_key_free() -> None:
    key = uuid.uuid4()
    with pytest.raises(RuntimeError), transaction.atomic():
        idempotency.reserve_key(person_id=ME, key=key, digest="d")
        raise RuntimeError
    assert idempotency.reserve_key(person_id=ME, key=key, digest="d").first

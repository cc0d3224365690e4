"""Which notifications somebody has, which are still to be sent, and to whom none can be sent."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.core import clock
from apps.notifications import queries
from apps.notifications.models import Notification
from apps.people.models import Person
from tests.factories import rows

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
_numbers = count(1)


def reader(email: str = "", *, verified: bool = True, active: bool = True) -> Person:
    made = rows.person(active=active)
    email = email if email != "" else f"reader-{next(_numbers)}@nordvik.example"
    Person.objects.filter(pk=made.pk).update(email=email, email_verified=verified)
    return made


def notification(to: Person, *, event: int = 0, **how: Any) -> Notification:
    return Notification.objects.create(
        event_id=event or next(_numbers), reader=to, kind="link.misused", subject="Subject", body="Body", **how
    )


def test_notifications_are_the_readers_newest_first() -> None:
    me, other, now = reader(), reader(), clock.now()
    old = notification(me, written_at=now - 2 * DAY, read_at=now)
    twins = [notification(me, event=event, written_at=now - DAY) for event in (9001, 9002)]
    notification(other)
    assert list(queries.notifications_of(me)) == [twins[1], twins[0], old]
    assert list(queries.unread_by(me)) == [twins[1], twins[0]]
    for nobody in (AnonymousUser(), rows.person()):
        assert not queries.notifications_of(nobody).exists()


def test_notifications_are_counted_as_a_part_of_a_larger_question() -> None:
    me, idle = reader(), reader()
    for read_at in (None, None, clock.now()):
        notification(me, read_at=read_at)

    def counted(of: Person) -> int:
        found = Person.objects.annotate(n=queries.counted(queries.unread_by(of))).get(pk=of.pk)
        return int(found.n)  # type: ignore[attr-defined]

    assert (counted(me), counted(idle)) == (2, 0)


@pytest.mark.parametrize(("address", "deliverable"), [
    ("ole@nordvik.example", True), ("ole@kjær.example", True), ("ole+a.b@nordvik.example", True),
    ("søren@nordvik.example", False), ("o le@nordvik.example", False), ("ole@a@nordvik.example", False),
    ("@nordvik.example", False), ("ole@", False), ("", False),
])  # fmt: skip
def test_mail_servers_deliver_to_ascii_before_the_at_sign(address: str, deliverable: bool) -> None:
    assert queries.can_be_emailed(address) is deliverable
    Person.objects.filter(pk=(to := reader()).pk).update(email=address)
    notification(to)
    assert queries.waiting().exists() is deliverable


def test_what_is_still_to_be_sent_goes_to_proved_addresses_oldest_first() -> None:
    with clock.freeze(clock.now()):
        now, me = clock.now(), reader()
        later = notification(me, not_before=now + TICK, written_at=now - 9 * DAY)
        due = notification(me, not_before=now, written_at=now - 3 * DAY)
        twins = sorted([notification(me, not_before=now - DAY) for _one in range(2)], key=lambda one: one.pk)
        notification(me, posted_at=now, not_before=now - DAY)
        notification(reader(verified=False), not_before=now - DAY)
        notification(reader(active=False), not_before=now - DAY)
        assert list(queries.waiting()) == [*twins, due, later]
        assert list(queries.to_post()) == [*twins, due]


def test_the_oldest_of_the_next_to_be_sent() -> None:
    now, me = clock.now(), reader()
    assert queries.oldest_waiting() is None
    first = notification(me, not_before=now - 2 * DAY, written_at=now - DAY)
    second = notification(me, not_before=now - DAY, written_at=now - 5 * DAY)
    notification(me, not_before=now - 9 * DAY, written_at=now - 9 * DAY, posted_at=now)
    assert queries.oldest_waiting() == second.written_at
    assert queries.oldest_waiting(among=1) == first.written_at
